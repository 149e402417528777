using Amazon.S3;
using MailStore.S3.Client;
using MailStore.S3.Keys;
using Microsoft.Extensions.Logging;

namespace MailStore.S3.Places;

/// <summary>Removes the marker of a place that was allocated for nothing, and what is left there of deliveries that were withdrawn long ago.</summary>
/// <remarks>
/// All attempts for one life of a user (name and version) share a place, and of them all only one write of his record can have succeeded. The creator
/// calls after a fresh read: if that write was one of theirs, the record bears this place, and nothing is touched; if not, none ever will be. And
/// should a delivery come here all the same, it needs no marker: no mail is lost.
/// </remarks>
internal sealed class PlaceReleaser(IAmazonS3 client, Caller caller, TimeProvider clock, ILogger logger)
{
    // the first mail is enough
    private const int PageSize = 10;

    /// <returns>Whether it is removed: not if there is anything else in it.</returns>
    public async Task<bool> ReleaseAsync(Place place, CancellationToken cancellationToken)
    {
        var bucket = new Bucket(client, caller, place.Bucket);
        var withdrawn = new List<string>();
        var hasMarker = false;
        await foreach (var found in bucket.ListAsync(place.Prefix, PageSize, cancellationToken))
        {
            if (found.Key == place.Marker)
                hasMarker = true;
            else if (WithdrawnObject.Is(place, found) && WithdrawnObject.IsNeedless(found, clock))
                withdrawn.Add(found.Key);
            else
                return false;
        }

        if (!hasMarker)
            return false;
        foreach (var keys in withdrawn.Chunk(Bucket.MaxKeys))
            await bucket.DeleteAsync(keys, cancellationToken);
        await bucket.DeleteAsync(place.Marker, cancellationToken);
        S3Log.Released(logger, place.ToString());
        return true;
    }
}
