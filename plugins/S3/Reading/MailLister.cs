using System.Runtime.CompilerServices;
using Amazon.S3;
using MailStore.S3.Client;
using MailStore.S3.Keys;

namespace MailStore.S3.Reading;

/// <summary>
/// Lists the mails of a place by its keys, inbox first, folder by folder, in the order of arrival: one request for each 1000 mails, and never one for a mail.
/// </summary>
internal sealed class MailLister(IAmazonS3 client, Caller caller, Place place)
{
    /// <exception cref="CallException">The server does not serve.</exception>
    public async IAsyncEnumerable<MailKey> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var found in new Bucket(client, caller, place.Bucket).ListAsync(place.Prefix, cancellationToken: cancellationToken))
        {
            // of another size than its key says: a delivery that was withdrawn
            if (MailKey.Parse(found.Key[place.Prefix.Length..]) is { } key && key.Size == found.Size)
                yield return key;
        }
    }
}
