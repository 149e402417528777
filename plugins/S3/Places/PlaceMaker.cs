using System.Globalization;
using Amazon.S3;
using MailStore.S3.Client;
using MailStore.S3.Delivery;
using MailStore.S3.Keys;
using MailStore.Sdk;

namespace MailStore.S3.Places;

/// <summary>
/// Allocates users: puts the marker that says whose a place is. All attempts for one life of a user come to the same place and the same marker, on
/// whatever host, so that a host that dies half-way leaves nothing but what the next attempt takes.
/// </summary>
internal sealed class PlaceMaker(IAmazonS3 client, Caller caller, S3Options options, Conditions conditions, PlaceReleaser releaser)
{
    /// <exception cref="CallException">The server does not serve.</exception>
    /// <exception cref="ModuleConfigurationException">The place is another user's.</exception>
    public async Task<Place> MakeAsync(EffectiveUser user, string bucketName, PrefixTemplate template, Allocation? current, CancellationToken cancellationToken)
    {
        await conditions.ProbeAsync(cancellationToken);
        var place = new Place(bucketName, template.Expand(user));
        var bucket = new Bucket(client, caller, bucketName);
        var text = Marker.Text(user.Name, user.Version);
        // where conditions are not honoured, looking first is the best there is; both would write the same
        if (!conditions.AreHonoured)
            await ExpectSameAsync(bucket, place, text, cancellationToken);
        try
        {
            await caller.RunAsync("allocate", place.ToString(), token => client.PutObjectAsync(Marker.Request(options, place, text, conditions.AreHonoured), token), caller.NewDeadline(), cancellationToken);
        }
        catch (CallException e) when (e.IsRefusedByCondition)
        {
            // another attempt was first, here or elsewhere, or an earlier request of this one whose answer was lost: the marker says whose it is
            await ExpectSameAsync(bucket, place, text, cancellationToken);
        }

        await ReleaseEarlierAsync(bucket, place, user.Version, current is null ? null : PlaceForm.Read(current), cancellationToken);
        return place;
    }

    private static async Task ExpectSameAsync(Bucket bucket, Place place, string text, CancellationToken cancellationToken)
    {
        if (await Marker.ReadAsync(bucket, place, cancellationToken) is { } found && found != text)
            throw new ModuleConfigurationException($"{place} is another user's, as {place.Marker} says; choose another prefix");
    }

    // A record has no allocation of an earlier version but the one that it moves away from: what hosts that died have left for those is nobody's.
    private async Task ReleaseEarlierAsync(Bucket bucket, Place place, long version, Place? current, CancellationToken cancellationToken)
    {
        var parent = place.Prefix[..(place.Prefix.LastIndexOf('/', place.Prefix.Length - 2) + 1)];
        var suffix = place.Prefix[parent.Length..].IndexOf('-') is >= 0 and var at ? place.Prefix[(parent.Length + at)..] : "/";
        try
        {
            foreach (var other in await bucket.ListFoldersAsync(parent, cancellationToken))
            {
                var life = other.EndsWith(suffix, StringComparison.Ordinal) ? other[parent.Length..^suffix.Length] : "";
                if (long.TryParse(life, NumberStyles.None, CultureInfo.InvariantCulture, out var earlier) && earlier < version && current != new Place(place.Bucket, other))
                    await releaser.ReleaseAsync(new Place(place.Bucket, other), cancellationToken);
            }
        }
        catch (CallException)
        {
            // the user is allocated; tidying up can wait for another one
        }
    }
}
