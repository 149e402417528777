using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using MailStore.S3.Client;

namespace MailStore.S3.Delivery;

/// <summary>Uploads large mails in parts, one after the other through one buffer. Nothing of them is seen before <see cref="CompleteAsync"/>.</summary>
internal sealed class PartsUploader(IAmazonS3 client, Caller caller, S3Options options)
{
    private static readonly TimeSpan AbortTime = TimeSpan.FromSeconds(5);

    /// <summary>Uploads all parts. Where that fails, the upload is aborted; where that fails too, it is swept later.</summary>
    public async Task<Parts> UploadAsync(Target target, Piece piece, Deadline deadline, CancellationToken cancellationToken)
    {
        await using var stream = target.Mail.OpenRead();
        // the first part before the upload begins: a mail that cannot be read at all leaves no trace
        var left = target.Mail.Size;
        await piece.FillAsync(stream, (int)Math.Min(left, options.PartSize.Bytes), cancellationToken);
        var begun = await caller.RunAsync("begin the upload of", target.ToString(), token => client.InitiateMultipartUploadAsync(Begin(target), token), deadline, cancellationToken);
        var tags = new List<PartETag>();
        try
        {
            while (true)
            {
                tags.Add(await UploadAsync(target, begun, piece, tags.Count + 1, deadline, cancellationToken));
                left -= piece.Length;
                if (left == 0)
                    return new Parts(begun.UploadId, tags);
                await piece.FillAsync(stream, (int)Math.Min(left, options.PartSize.Bytes), cancellationToken);
            }
        }
        catch
        {
            await AbortAsync(target, begun.UploadId);
            throw;
        }
    }

    /// <summary>Makes the object of the parts: the commit.</summary>
    public async Task CompleteAsync(Target target, Parts parts, Deadline deadline, CancellationToken cancellationToken)
    {
        var request = new CompleteMultipartUploadRequest { BucketName = target.Bucket, Key = target.Key, UploadId = parts.Id, PartETags = [.. parts.Tags] };
        await caller.RunAsync("complete the upload of", target.ToString(), token => CompleteOnceAsync(request, token), deadline, cancellationToken);
    }

    // CompleteMultipartUpload in Amazon's reference: the server may say 200 OK at once, and an error in the body later, when it knows
    private async Task<CompleteMultipartUploadResponse> CompleteOnceAsync(CompleteMultipartUploadRequest request, CancellationToken cancellationToken)
    {
        var answer = await client.CompleteMultipartUploadAsync(request, cancellationToken);
        return string.IsNullOrEmpty(answer.ETag) ? throw new IOException("it began to answer with 200 OK, but names no object in the end") : answer;
    }

    private async Task<PartETag> UploadAsync(Target target, InitiateMultipartUploadResponse begun, Piece piece, int number, Deadline deadline, CancellationToken cancellationToken)
    {
        var answer = await caller.RunAsync(
            "upload a part of",
            target.ToString(),
            async token =>
            {
                using var body = piece.ToStream();
                return await client.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = target.Bucket,
                        Key = target.Key,
                        UploadId = begun.UploadId,
                        PartNumber = number,
                        PartSize = piece.Length,
                        InputStream = body,
                        UseChunkEncoding = false,
                        MD5Digest = piece.Md5,
                    },
                    token);
            },
            deadline,
            cancellationToken);
        return piece.IsTag(answer.ETag, answer.ServerSideEncryptionMethod ?? begun.ServerSideEncryptionMethod)
            ? new PartETag(number, answer.ETag)
            : throw new CallException($"{target}: the server's checksum of part {number} is another one", new InvalidDataException()) { Status = HttpStatusCode.OK };
    }

    private InitiateMultipartUploadRequest Begin(Target target)
    {
        var request = new InitiateMultipartUploadRequest { BucketName = target.Bucket, Key = target.Key, ContentType = Envelope.ContentType };
        Envelope.Write(target.Mail, request.Metadata);
        if (options.StorageClass.Length > 0)
            request.StorageClass = new S3StorageClass(options.StorageClass);
        return options.Encrypt(request);
    }

    private async Task AbortAsync(Target target, string id)
    {
        using var limit = new CancellationTokenSource(AbortTime);
        try
        {
            await new Bucket(client, caller, target.Bucket).AbortAsync(target.Key, id, limit.Token);
        }
        catch (Exception e) when (e is CallException or OperationCanceledException)
        {
            // found by the sweep: nobody sees it, it only takes room
        }
    }
}
