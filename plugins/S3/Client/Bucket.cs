using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace MailStore.S3.Client;

/// <summary>Requests that only look or remove. Each has the time of a call for itself; all throw <see cref="CallException"/>.</summary>
internal sealed class Bucket(IAmazonS3 client, Caller caller, string name)
{
    /// <summary>How many objects a request lists or removes at most.</summary>
    public const int MaxKeys = 1000;

    public string Name => name;

    /// <summary>Lists objects in the order of their keys, a page at a time.</summary>
    /// <param name="prefix">What their keys begin with.</param>
    /// <param name="pageSize">At most this many a request.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async IAsyncEnumerable<S3Object> ListAsync(string prefix, int pageSize = MaxKeys, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? next = null;
        do
        {
            var request = new ListObjectsV2Request { BucketName = name, Prefix = prefix, ContinuationToken = next, MaxKeys = pageSize };
            var page = await RunAsync("list", prefix, token => client.ListObjectsV2Async(request, token), cancellationToken);
            foreach (var found in page.S3Objects ?? [])
                yield return found;
            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    /// <summary>The 'folders' right below a prefix.</summary>
    public async Task<IReadOnlyList<string>> ListFoldersAsync(string prefix, CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = name, Prefix = prefix, Delimiter = "/", MaxKeys = MaxKeys };
        return (await RunAsync("list", prefix, token => client.ListObjectsV2Async(request, token), cancellationToken)).CommonPrefixes ?? [];
    }

    /// <summary>All 'folders' right below a prefix, however many.</summary>
    public async IAsyncEnumerable<string> ListAllFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var request = new ListObjectsV2Request { BucketName = name, Prefix = prefix, Delimiter = "/", ContinuationToken = next, MaxKeys = MaxKeys };
            var page = await RunAsync("list", prefix, token => client.ListObjectsV2Async(request, token), cancellationToken);
            foreach (var folder in page.CommonPrefixes ?? [])
                yield return folder;
            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    /// <summary>The size and metadata of an object; null if there is none.</summary>
    public async Task<GetObjectMetadataResponse?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        var request = new GetObjectMetadataRequest { BucketName = name, Key = key };
        return await OrNullAsync(RunAsync("look for", key, token => client.GetObjectMetadataAsync(request, token), cancellationToken));
    }

    /// <summary>Opens an object; null if there is none. The caller disposes what it gets.</summary>
    public async Task<GetObjectResponse?> GetAsync(string key, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest { BucketName = name, Key = key };
        return await OrNullAsync(RunAsync("read", key, token => client.GetObjectAsync(request, token), cancellationToken));
    }

    /// <summary>Removes an object, whether there is one or not.</summary>
    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var request = new DeleteObjectRequest { BucketName = name, Key = key };
        return RunAsync("remove", key, token => client.DeleteObjectAsync(request, token), cancellationToken);
    }

    /// <summary>Removes objects, at most <see cref="MaxKeys"/>.</summary>
    public async Task DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var request = new DeleteObjectsRequest { BucketName = name, Quiet = true, Objects = [.. keys.Select(key => new KeyVersion { Key = key })] };
        try
        {
            await RunAsync("remove", keys[0], token => client.DeleteObjectsAsync(request, token), cancellationToken);
        }
        catch (CallException e) when (e.InnerException is DeleteObjectsException || e.Status is HttpStatusCode.NotImplemented or HttpStatusCode.BadRequest)
        {
            // servers without the request for many, or some keys that could not be removed: one by one, which says of each why
            foreach (var key in keys)
                await DeleteAsync(key, cancellationToken);
        }
    }

    /// <summary>Lists uploads in parts that are not finished.</summary>
    public async IAsyncEnumerable<MultipartUpload> ListUploadsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ListMultipartUploadsResponse page;
        var request = new ListMultipartUploadsRequest { BucketName = name, Prefix = prefix, MaxUploads = MaxKeys };
        do
        {
            page = await RunAsync("list the uploads in", prefix, token => client.ListMultipartUploadsAsync(request, token), cancellationToken);
            foreach (var upload in page.MultipartUploads ?? [])
                yield return upload;
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (page.IsTruncated == true);
    }

    /// <summary>Aborts an upload in parts.</summary>
    /// <returns>Whether there was one: if not, it was completed or aborted before.</returns>
    public async Task<bool> AbortAsync(string key, string uploadId, CancellationToken cancellationToken)
    {
        var request = new AbortMultipartUploadRequest { BucketName = name, Key = key, UploadId = uploadId };
        return await OrNullAsync(RunAsync("abort the upload of", key, token => client.AbortMultipartUploadAsync(request, token), cancellationToken)) is not null;
    }

    private Task<T> RunAsync<T>(string what, string key, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken) =>
        caller.RunAsync(what, $"{name}/{key}", request, caller.NewDeadline(), cancellationToken);

    private static async Task<T?> OrNullAsync<T>(Task<T> request)
        where T : class
    {
        try
        {
            return await request;
        }
        catch (CallException e) when (e.IsNotFound)
        {
            return null;
        }
    }
}
