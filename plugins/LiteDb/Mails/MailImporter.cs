using MailStore.LiteDb.Mails.Content;
using MailStore.LiteDb.Mails.Files;
using MailStore.LiteDb.Mails.Places;
using MailStore.Sdk;

namespace MailStore.LiteDb.Mails;

/// <summary>Imports mails into one mailbox, as many in a transaction as it takes well.</summary>
internal sealed class MailImporter(MailboxPlace place, MailServices services)
{
    // as much as a batch of deliveries takes
    private const long BytesAtOnce = 8 << 20;

    public async Task<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var results = new DeliveryResult?[mails.Count];
        try
        {
            for (var at = 0; at < mails.Count;)
            {
                var end = at + 1;
                for (var bytes = mails[at].Size; end < mails.Count && (bytes += mails[end].Size) <= BytesAtOnce; end++);
                await ImportAsync(mails, results, at, end, cancellationToken).ConfigureAwait(false);
                at = end;
            }
        }
        catch (OperationCanceledException) when (results.Any(result => result?.Status == DeliveryStatus.Stored))
        {
            // these have their true results
        }

        return [.. results.Select(result => result ?? DeliveryResult.TemporaryFailure($"the import for user '{place.User}' was cancelled before this mail was stored"))];
    }

    private async Task ImportAsync(IReadOnlyList<Mail> mails, DeliveryResult?[] results, int from, int to, CancellationToken cancellationToken)
    {
        using var memory = await services.Memory.TakeAsync(mails.Skip(from).Take(to - from).Sum(mail => mail.Size), cancellationToken).ConfigureAwait(false);
        var read = new List<(int Index, NewMail Mail)>();
        for (var i = from; i < to; i++)
        {
            if (await ReadAsync(mails[i], cancellationToken).ConfigureAwait(false) is (var mail, var failure) && mail is null)
                results[i] = failure;
            else
                read.Add((i, mail));
        }

        if (read.Count == 0)
            return;
        try
        {
            var write = new ImportWrite([.. read.Select(found => found.Mail)], cancellationToken);
            var keys = await services.Files.SendAsync(place.File, write).ConfigureAwait(false);
            for (var i = 0; i < read.Count; i++)
            {
                results[read[i].Index] = i < keys.Count
                    ? DeliveryResult.Stored(keys[i].Id, keys[i].Folder.Length == 0 ? null : keys[i].Folder)
                    : DeliveryResult.TemporaryFailure(place.NotThere);
            }
        }
        catch (TemporaryFailureException e)
        {
            foreach (var (index, _) in read)
                results[index] = e.StorageFull ? DeliveryResult.StorageFull(e.Message) : DeliveryResult.TemporaryFailure(e.Message);
        }
    }

    private async ValueTask<(NewMail? Mail, DeliveryResult? Failure)> ReadAsync(Mail mail, CancellationToken cancellationToken)
    {
        if (services.FindTooLarge(mail) is { } tooLarge)
            return (null, tooLarge);
        try
        {
            var pieces = await MailPieces.ReadAsync(mail, cancellationToken).ConfigureAwait(false);
            return (NewMail.Of(mail, place, MailFolder.Of(mail.Folder), pieces), null);
        }
        catch (UnreadableMailException e)
        {
            return (null, DeliveryResult.TemporaryFailure($"for user '{place.User}': {e.Message}"));
        }
    }
}
