using System.Runtime.CompilerServices;
using Amazon.S3;
using MailStore.S3.Client;
using MailStore.S3.Keys;

namespace MailStore.S3.Reading;

/// <summary>
/// Lists the mails of a place by its keys, inbox first, folder by folder, in the order of arrival: one request for each 1000 objects, and never one for a mail.
/// </summary>
internal sealed class MailLister(IAmazonS3 client, Caller caller, Place place)
{
    /// <exception cref="CallException">The server does not serve.</exception>
    public async IAsyncEnumerable<ListedMail> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ListedMail? last = null;
        var lastKey = "";
        await foreach (var found in new Bucket(client, caller, place.Bucket).ListAsync(place.Prefix, cancellationToken: cancellationToken))
        {
            if (last is not null)
            {
                yield return FlagsKey.Read(lastKey, found.Key, found.Size ?? 0) is { } flags ? last with { Flags = flags } : last;
                last = null;
            }

            // of another size than its key says: a delivery that was withdrawn
            if (MailKey.Parse(found.Key[place.Prefix.Length..]) is { } key && key.Size == found.Size)
                (last, lastKey) = (new ListedMail(key, Sdk.MailFlags.None), found.Key);
        }

        if (last is not null)
            yield return last;
    }
}
