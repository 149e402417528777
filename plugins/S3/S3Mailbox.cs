using System.Runtime.CompilerServices;
using MailStore.S3.Client;
using MailStore.S3.Delivery;
using MailStore.S3.Keys;
using MailStore.S3.Quota;
using MailStore.S3.Reading;
using MailStore.Sdk;

namespace MailStore.S3;

/// <summary>The mail of one user. Holds nothing open.</summary>
internal sealed class S3Mailbox(Place place, QuotaLimit limit, bool hasDetailFolders, UsageGate gate, S3Services services)
    : IMailbox, IReadableMailbox, IMailboxImport, IMailboxUsage, IMailboxRemoval
{
    private readonly MailLister _lister = new(services.Client, services.Caller, place);
    private readonly MailFlagger _flagger = new(place, gate, services);

    public async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var key = MailKey.New(mail, mail.Folder ?? (hasDetailFolders ? mail.Detail : null));
        var id = key.ToString();
        try
        {
            await services.Conditions.ProbeAsync(cancellationToken);
            if (limit.IsSet && await gate.ReserveAsync(_lister, limit, services.Options.QuotaRefresh, id, mail.Size, cancellationToken) is { } refused)
                return refused;
            await services.Uploader.StoreAsync(place, id, mail, cancellationToken);
            gate.Commit(id);
            return DeliveryResult.Stored(id, key.Folder);
        }
        catch (CallException e)
        {
            return e.IsFull ? DeliveryResult.StorageFull(e.Message) : DeliveryResult.TemporaryFailure(e.Message);
        }
        catch (IOException e)
        {
            // of the host's spool file, where the mail is read from
            return DeliveryResult.TemporaryFailure($"the mail for {place} could not be read: {e.Message}");
        }
        finally
        {
            gate.Abandon(id);
        }
    }

    public async IAsyncEnumerable<StoredMail> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var mails = _lister.ListAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await RunAsync(() => mails.MoveNextAsync().AsTask()))
        {
            var (key, flags) = mails.Current;
            yield return new StoredMail(key.ToString(), key.Size, key.Arrival, flags, key.Folder);
        }
    }

    public async ValueTask<Stream?> OpenAsync(string id, CancellationToken cancellationToken)
    {
        if (MailKey.Parse(id) is not { } key)
            return null;
        var found = await RunAsync(() => services.BucketOf(place).GetAsync(place.Prefix + id, cancellationToken));
        if (found is null || found.ContentLength == key.Size)
            return found is null ? null : new ObjectStream(found, $"{place.Bucket}/{place.Prefix}{id}", services.Options.RequestTimeout, services.Clock);
        found.Dispose();
        return null;
    }

    public ValueTask<MailboxFidelity> GetFidelityAsync(CancellationToken cancellationToken) => new(MailboxFidelity.Full);

    public ValueTask<bool> TryCreateFolderAsync(string folder, CancellationToken cancellationToken) => new(FolderKey.ToKey(folder) is not null);

    public async ValueTask<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken) =>
        await new MailImporter(place, limit, gate, _flagger, services).ImportAsync(mails, cancellationToken);

    public async ValueTask<bool> TrySetFlagsAsync(string id, MailFlags flags, CancellationToken cancellationToken) =>
        await RunAsync(() => _flagger.TrySetAsync(id, flags, cancellationToken));

    public async ValueTask<bool> TryRemoveAsync(string id, CancellationToken cancellationToken) =>
        await RunAsync(() => _flagger.TryRemoveAsync(id, cancellationToken));

    public async ValueTask<MailboxUsage> GetUsageAsync(CancellationToken cancellationToken)
    {
        var usage = default(Usage);
        await foreach (var mail in ListAsync(cancellationToken))
            usage = usage.With(mail.Size);
        return new MailboxUsage(usage.Bytes, usage.Count, limit.Bytes, limit.Count);
    }

    public async ValueTask RemoveAllAsync(CancellationToken cancellationToken) => await RunAsync(async () =>
    {
        await services.Remover.RemoveAsync(place, cancellationToken);
        return true;
    });

    private static async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (CallException e)
        {
            throw e.ToTemporaryFailure();
        }
    }
}
