using System.Globalization;
using System.Runtime.CompilerServices;
using MailStore.LiteDb.Mails.Files;
using MailStore.LiteDb.Mails.Places;
using MailStore.Sdk;

namespace MailStore.LiteDb.Mails.Inspection;

/// <summary>Compares one mailbox with its user's record. All reads of one look are of one instant: nothing comes in between.</summary>
internal sealed class MailboxInspector(MailboxPlace place, FileTemplate template, MailServices services, Sdk.Inspection inspection)
{
    private readonly string _where = string.Create(CultureInfo.InvariantCulture, $"{place.File}, mailbox {place.Number}");

    public async IAsyncEnumerable<Finding> InspectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // a disk that is not mounted is no damage to each of its users
        if (services.Roots.FindAbove(place.File) is { } fault)
            throw new TemporaryFailureException(fault);
        if (!File.Exists(place.File))
        {
            yield return await MissingFileAsync(cancellationToken).ConfigureAwait(false);
            yield break;
        }

        var seen = await SendAsync(new FileRead<(MailboxState? Told, MailTotals? Counted)>(Look, cancellationToken)).ConfigureAwait(false);
        if (seen.Told is null)
            yield return await MissingMailboxAsync(cancellationToken).ConfigureAwait(false);
        else if ((seen.Told.Count, seen.Told.Bytes) != (seen.Counted!.Count, seen.Counted.Bytes))
            yield return await WrongUsageAsync(seen.Told, seen.Counted, cancellationToken).ConfigureAwait(false);
    }

    private (MailboxState? Told, MailTotals? Counted) Look(MailDatabase database) =>
        database.FindMailbox(place) is { } mailbox ? (mailbox, database.CountMails(mailbox.Number)) : (null, null);

    private async Task<Finding> MissingFileAsync(CancellationToken cancellationToken)
    {
        if (place.IsShared)
        {
            return new Finding
            {
                Kind = FindingKind.MissingPlace,
                Place = place.File,
                What = "the mail file, which is others' too, is gone, with all mail that was in it; mount its disk, or restore it from a backup",
            };
        }

        return new Finding
        {
            Kind = FindingKind.MissingPlace,
            Place = place.File,
            What = "the mail file is gone, with all mail that was in it; restore it from a backup, if there is one, before you repair",
            Repair = "make it anew, empty",
            IsRepaired = inspection.Repair && await RestoreAsync(template.Root, cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task<Finding> MissingMailboxAsync(CancellationToken cancellationToken) => new()
    {
        Kind = FindingKind.IncompletePlace,
        Place = _where,
        What = "the mailbox is not in the file: perhaps an older one was restored; restore the right one, if there is one, before you repair",
        Repair = "make the mailbox anew",
        IsRepaired = inspection.Repair && await RestoreAsync(null, cancellationToken).ConfigureAwait(false),
    };

    private async Task<Finding> WrongUsageAsync(MailboxState told, MailTotals counted, CancellationToken cancellationToken) => new()
    {
        Kind = FindingKind.WrongUsage,
        Place = _where,
        What = string.Create(CultureInfo.InvariantCulture, $"it tells {told.Bytes} bytes in {told.Count} mails, but there are {counted.Bytes} bytes in {counted.Count}"),
        Repair = "count anew",
        IsRepaired = inspection.Repair && await SendAsync(new FileWrite<bool>(Recount, cancellationToken)).ConfigureAwait(false),
    };

    private bool Recount(MailBatch batch)
    {
        // mails of this very batch are counted by it
        if (batch.Find(place) is not { HasNewMail: false } mailbox)
            return false;
        batch.Recount(mailbox);
        return true;
    }

    private Task<bool> RestoreAsync(string? createBelow, CancellationToken cancellationToken) =>
        SendAsync(new FileWrite<bool>(batch => batch.TryRestore(place), cancellationToken) { CreateBelow = createBelow });

    private Task<T> SendAsync<T>(FileRequest<T> request) => services.Files.SendAsync(place.File, request);
}
