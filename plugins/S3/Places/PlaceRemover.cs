using Amazon.S3;
using MailStore.S3.Client;
using MailStore.S3.Keys;

namespace MailStore.S3.Places;

/// <summary>Removes all that a user has. His place is of this one life of his: who is added again has another one.</summary>
internal sealed class PlaceRemover(IAmazonS3 client, Caller caller)
{
    public async Task RemoveAsync(Place place, CancellationToken cancellationToken)
    {
        var bucket = new Bucket(client, caller, place.Bucket);
        await foreach (var upload in bucket.ListUploadsAsync(place.Prefix, cancellationToken))
            await bucket.AbortAsync(upload.Key, upload.UploadId, cancellationToken);
        var keys = new List<string>(Bucket.MaxKeys);
        await foreach (var found in bucket.ListAsync(place.Prefix, Bucket.MaxKeys, cancellationToken))
        {
            // the marker last: as long as it is there, the rest is known to be somebody's
            if (found.Key != place.Marker)
                keys.Add(found.Key);
            if (keys.Count < Bucket.MaxKeys)
                continue;
            await bucket.DeleteAsync(keys, cancellationToken);
            keys.Clear();
        }

        if (keys.Count > 0)
            await bucket.DeleteAsync(keys, cancellationToken);
        await bucket.DeleteAsync(place.Marker, cancellationToken);
    }
}
