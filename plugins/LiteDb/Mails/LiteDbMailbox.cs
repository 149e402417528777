using System.Runtime.CompilerServices;
using LiteDB;
using MailStore.LiteDb.Mails.Content;
using MailStore.LiteDb.Mails.Files;
using MailStore.LiteDb.Mails.Places;
using MailStore.Sdk;

namespace MailStore.LiteDb.Mails;

/// <summary>The mailbox of one user in a mail file. Holds nothing open.</summary>
internal sealed class LiteDbMailbox(MailboxPlace place, QuotaLimit limit, bool hasDetailFolders, MailServices services)
    : IMailbox, IReadableMailbox, IMailboxImport, IMailboxUsage, IMailboxRemoval
{
    private const int PageOfList = 256;

    public async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (services.FindTooLarge(mail) is { } tooLarge)
            return tooLarge;
        try
        {
            using var memory = await services.Memory.TakeAsync(mail.Size, cancellationToken).ConfigureAwait(false);
            var pieces = await MailPieces.ReadAsync(mail, cancellationToken).ConfigureAwait(false);
            var @new = NewMail.Of(mail, place, MailFolder.Of(mail, hasDetailFolders), pieces);
            var decision = await services.Files.SendAsync(place.File, new DeliveryWrite(@new, limit, cancellationToken)).ConfigureAwait(false);
            return decision.Result;
        }
        catch (TemporaryFailureException e)
        {
            return e.StorageFull ? DeliveryResult.StorageFull(e.Message) : DeliveryResult.TemporaryFailure(e.Message);
        }
        catch (UnreadableMailException e)
        {
            return DeliveryResult.TemporaryFailure($"for user '{place.User}': {e.Message}");
        }
    }

    public async IAsyncEnumerable<StoredMail> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BsonValue? last = null;
        while (true)
        {
            // A page at a time, each a read of its own: deliveries wait for no reader of a list, and no list is held in memory.
            var after = last;
            var records = await ReadAsync(
                database => database.FindMailbox(place) is null ? throw NotThere() : database.ReadMails(place.Number, after, PageOfList), cancellationToken).ConfigureAwait(false);
            foreach (var record in records)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return MailDocuments.ToStored(record);
            }

            if (records.Count < PageOfList)
                yield break;
            last = records[^1]["_id"];
        }
    }

    public async ValueTask<Stream?> OpenAsync(string id, CancellationToken cancellationToken)
    {
        if (MailKey.Parse(place.Number, id) is not { } key)
            return null;
        var (count, first) = await ReadAsync(database => Open(database, key), cancellationToken).ConfigureAwait(false);
        return first is null ? null : new MailPieceStream(first, count, (number, token) => ReadPieceAsync(key, number, token));
    }

    public ValueTask<MailboxFidelity> GetFidelityAsync(CancellationToken cancellationToken) => new(MailboxFidelity.Full with { MaxMailSize = services.MaxMailSize });

    public ValueTask<bool> TryCreateFolderAsync(string folder, CancellationToken cancellationToken) => new(MailFolder.IsName(folder));

    public async ValueTask<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken) =>
        await new MailImporter(place, services).ImportAsync(mails, cancellationToken).ConfigureAwait(false);

    public ValueTask<bool> TrySetFlagsAsync(string id, MailFlags flags, CancellationToken cancellationToken) =>
        ChangeAsync(id, (batch, mailbox, key) => batch.TrySetFlags(mailbox, key, flags), cancellationToken);

    public ValueTask<bool> TryRemoveAsync(string id, CancellationToken cancellationToken) =>
        ChangeAsync(id, (batch, mailbox, key) => batch.TryRemove(mailbox, key), cancellationToken);

    public async ValueTask<MailboxUsage> GetUsageAsync(CancellationToken cancellationToken)
    {
        var mailbox = await ReadAsync(database => database.FindMailbox(place) ?? throw NotThere(), cancellationToken).ConfigureAwait(false);
        return new MailboxUsage(mailbox.Bytes, mailbox.Count, limit.Bytes, limit.Count);
    }

    public async ValueTask RemoveAllAsync(CancellationToken cancellationToken) =>
        await new MailboxRemover(place, services).RemoveAsync(cancellationToken).ConfigureAwait(false);

    private async ValueTask<bool> ChangeAsync(string id, Func<MailBatch, MailboxState, MailKey, bool> change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (MailKey.Parse(place.Number, id) is not { } key)
            return false;
        var write = new FileWrite<bool>(batch => batch.Find(place) is { } mailbox && change(batch, mailbox, key), cancellationToken);
        return await services.Files.SendAsync(place.File, write).ConfigureAwait(false);
    }

    private (int Count, byte[]? First) Open(MailDatabase database, MailKey key)
    {
        if (database.FindMailbox(place) is null || database.FindMail(key) is not { } record)
            return (0, null);
        var count = MailPieces.CountOf(MailDocuments.SizeOf(record));
        return (count, count == 0 ? [] : database.ReadPiece(key.FileId, 0));
    }

    private async Task<byte[]> ReadPieceAsync(MailKey key, int number, CancellationToken cancellationToken) =>
        await ReadAsync(database => database.ReadPiece(key.FileId, number), cancellationToken).ConfigureAwait(false)
        ?? throw new TemporaryFailureException($"the mail '{key.Id}' of user '{place.User}' was removed while it was read");

    private Task<T> ReadAsync<T>(Func<MailDatabase, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return services.Files.SendAsync(place.File, new FileRead<T>(read, cancellationToken));
    }

    private TemporaryFailureException NotThere() => new(place.NotThere);
}
