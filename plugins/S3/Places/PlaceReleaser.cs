using Amazon.S3;
using MailStore.S3.Client;
using MailStore.S3.Keys;
using Microsoft.Extensions.Logging;

namespace MailStore.S3.Places;

/// <summary>Removes the marker of a place that was allocated for nothing.</summary>
/// <remarks>
/// All attempts for one life of a user (name and version) share a place, and of them all only one write of his record can have succeeded. The creator
/// calls after a fresh read: if that write was one of theirs, the record bears this place, and nothing is touched; if not, none ever will be. And
/// should a delivery come here all the same, it needs no marker: no mail is lost.
/// </remarks>
internal sealed class PlaceReleaser(IAmazonS3 client, Caller caller, ILogger logger)
{
    public async Task ReleaseAsync(Place place, CancellationToken cancellationToken)
    {
        var bucket = new Bucket(client, caller, place.Bucket);
        var hasMarker = false;
        await foreach (var found in bucket.ListAsync(place.Prefix, pageSize: 2, cancellationToken))
        {
            if (found.Key != place.Marker)
                return;
            hasMarker = true;
        }

        if (!hasMarker)
            return;
        await bucket.DeleteAsync(place.Marker, cancellationToken);
        S3Log.Released(logger, place.ToString());
    }
}
