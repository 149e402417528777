using System.Globalization;
using System.Runtime.CompilerServices;
using Amazon.S3;
using MailStore.S3.Client;
using MailStore.S3.Keys;
using MailStore.S3.Places;
using MailStore.Sdk;

namespace MailStore.S3.Inspection;

/// <summary>
/// Looks for places below the root that belong to no record: a request for each, and one for each thousand 'folders'. Places that were forced on users elsewhere are
/// not looked for.
/// </summary>
internal sealed class RootInspector(
    IAmazonS3 client, Caller caller, string bucketName, PrefixTemplate template, PlaceReleaser releaser, IUserRecords records, Sdk.Inspection inspection, TimeProvider clock)
{
    // the first mail is enough
    private const int PageSize = 10;

    private readonly Bucket _bucket = new(client, caller, bucketName);

    public IAsyncEnumerable<Finding> InspectAsync(CancellationToken cancellationToken) => WalkAsync(template.Root, template.Depth, cancellationToken);

    private async IAsyncEnumerable<Finding> WalkAsync(string prefix, int depth, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var folder in _bucket.ListAllFoldersAsync(prefix, cancellationToken))
        {
            if (depth > 0)
            {
                await foreach (var finding in WalkAsync(folder, depth - 1, cancellationToken))
                    yield return finding;
            }
            else if (await InspectAsync(new Place(bucketName, folder), cancellationToken) is { } finding)
            {
                yield return finding;
            }
        }
    }

    private async Task<Finding?> InspectAsync(Place place, CancellationToken cancellationToken)
    {
        // who wrote no marker has made no place; one that lost its marker is found at its user
        if (await _bucket.HeadAsync(place.Marker, cancellationToken) is not { } head
            || !(head.LastModified?.ToUniversalTime() < clock.GetUtcNow().UtcDateTime - inspection.SettledAfter)
            || await Marker.ReadAsync(_bucket, place, cancellationToken) is not { } text
            || Marker.Parse(text) is not var (user, version))
            return null;
        // after the look: a record that was written since is found
        var record = await records.FindAsync(user, cancellationToken);
        if (record is not null && (record.Allocation is { } allocation ? PlaceForm.Read(allocation) == place : record.Version == version))
            return null;
        var what = string.Create(CultureInfo.InvariantCulture, $"the place of user '{user}' by version {version} of his record, {(record is null ? "whom there is no more" : "who has another place")}");
        if (await HasMoreAsync(place, cancellationToken))
            return new Finding { Kind = FindingKind.OrphanedMail, Place = place.ToString(), User = user, What = $"{what}, with mail in it; save what is of worth, and remove it" };
        var isRepaired = inspection.Repair && await releaser.ReleaseAsync(place, cancellationToken);
        return new Finding { Kind = FindingKind.Orphan, Place = place.ToString(), User = user, What = what, Repair = "remove its marker; it holds no mail", IsRepaired = isRepaired };
    }

    private async Task<bool> HasMoreAsync(Place place, CancellationToken cancellationToken)
    {
        await foreach (var found in _bucket.ListAsync(place.Prefix, PageSize, cancellationToken))
        {
            if (found.Key != place.Marker && !WithdrawnObject.Is(place, found))
                return true;
        }

        return false;
    }
}
