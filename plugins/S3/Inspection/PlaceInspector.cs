using System.Globalization;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using MailStore.S3.Client;
using MailStore.S3.Keys;
using MailStore.S3.Places;
using MailStore.Sdk;

namespace MailStore.S3.Inspection;

/// <summary>Compares one user's place with his record: a listing, and a request for the marker.</summary>
internal sealed class PlaceInspector(IAmazonS3 client, Caller caller, Place place, string user, S3Options options, Sdk.Inspection inspection, TimeProvider clock)
{
    private readonly Bucket _bucket = new(client, caller, place.Bucket);

    public async IAsyncEnumerable<Finding> InspectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await InspectMarkerAsync(cancellationToken) is { } mark)
            yield return mark;
        await foreach (var found in _bucket.ListAsync(place.Prefix, cancellationToken: cancellationToken))
        {
            if (found.Key != place.Marker && await InspectAsync(found, cancellationToken) is { } finding)
                yield return finding;
        }

        var before = clock.GetUtcNow().UtcDateTime - (options.AbortUploadsAfter > inspection.SettledAfter ? options.AbortUploadsAfter : inspection.SettledAfter);
        await foreach (var upload in _bucket.ListUploadsAsync(place.Prefix, cancellationToken))
        {
            if (!(upload.Initiated?.ToUniversalTime() < before))
                continue;
            yield return new Finding
            {
                Kind = FindingKind.Leftover,
                Place = $"{place.Bucket}/{upload.Key}",
                What = "an upload in parts that was never finished: it takes room, and nobody sees it",
                Repair = "abort it",
                IsRepaired = inspection.Repair && await _bucket.AbortAsync(upload.Key, upload.UploadId, cancellationToken),
            };
        }
    }

    private async Task<Finding?> InspectAsync(S3Object found, CancellationToken cancellationToken)
    {
        var where = $"{place.Bucket}/{found.Key}";
        var name = found.Key[place.Prefix.Length..];
        if (MailKey.Parse(name) is not { } key)
        {
            return FlagsKey.IsOne(name)
                ? null
                : new Finding { Kind = FindingKind.StrayFile, Place = where, What = "it is no mail, but an object of another program; look, and move it away" };
        }

        if (key.Size == found.Size)
            return null;
        if (!WithdrawnObject.Is(place, found))
        {
            return new Finding
            {
                Kind = FindingKind.Damaged,
                Place = where,
                What = string.Create(CultureInfo.InvariantCulture, $"it has {found.Size} bytes, and the mail had {key.Size}: no reader shows it; restore it, or remove it"),
            };
        }

        if (!WithdrawnObject.IsNeedless(found, clock))
            return null;
        if (inspection.Repair)
            await _bucket.DeleteAsync(found.Key, cancellationToken);
        return new Finding
        {
            Kind = FindingKind.Leftover,
            Place = where,
            What = "an empty object where a delivery was withdrawn: nobody needs it any longer",
            Repair = "remove it",
            IsRepaired = inspection.Repair,
        };
    }

    private async Task<Finding?> InspectMarkerAsync(CancellationToken cancellationToken)
    {
        var where = $"{place.Bucket}/{place.Marker}";
        var wanted = Marker.Text(user, place.Life);
        var text = await Marker.ReadAsync(_bucket, place, cancellationToken);
        if (text == wanted)
            return null;
        if (text is not null)
            return new Finding { Kind = FindingKind.ForeignPlace, Place = where, What = $"the marker says that this is another user's place: {text.Split('\n').FirstOrDefault(line => line.StartsWith("user=", StringComparison.Ordinal))}; decide whose it is" };
        if (inspection.Repair)
            await caller.RunAsync("mark", where, token => client.PutObjectAsync(Marker.Request(options, place, wanted, isNew: false), token), caller.NewDeadline(), cancellationToken);
        return new Finding { Kind = FindingKind.MissingMark, Place = where, What = "the object that says whose mail this is is missing", Repair = "write it", IsRepaired = inspection.Repair };
    }
}
