using MailStore.S3.Client;
using MailStore.S3.Keys;
using MailStore.S3.Quota;
using MailStore.Sdk;

namespace MailStore.S3.Delivery;

/// <summary>Imports mails into one mailbox, some of them at once. Their flags are written first: no mail is seen without them.</summary>
internal sealed class MailImporter(Place place, QuotaLimit limit, UsageGate gate, MailFlagger flagger, S3Services services)
{
    private const int AtOnce = 16;

    public async Task<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = services.Clock.GetUtcNow();
        // the keys tell the order
        var keys = mails.Select(mail => MailKey.ForImport(mail, ImportOrder.Next(now))).ToList();
        var results = new DeliveryResult?[mails.Count];
        try
        {
            await services.Conditions.ProbeAsync(cancellationToken);
            await Parallel.ForEachAsync(
                Enumerable.Range(0, mails.Count),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (i, token) => results[i] = await ImportAsync(mails[i], keys[i], token));
        }
        catch (OperationCanceledException) when (results.Any(result => result?.Status == DeliveryStatus.Stored))
        {
            // these have their true results
        }
        catch (CallException e)
        {
            return [.. mails.Select(_ => Fail(e))];
        }

        return [.. results.Select(result => result ?? DeliveryResult.TemporaryFailure($"the import into {place} was cancelled before this mail was stored"))];
    }

    private async Task<DeliveryResult?> ImportAsync(Mail mail, MailKey key, CancellationToken cancellationToken)
    {
        var id = key.ToString();
        var isStored = false;
        try
        {
            if (limit.IsSet)
                gate.Enter(id, mail.Size);
            if (mail.Flags != MailFlags.None)
                await flagger.WriteAsync(id, mail.Flags, cancellationToken);
            await services.Uploader.StoreAsync(place, id, mail, cancellationToken);
            isStored = true;
            gate.Commit(id);
            return DeliveryResult.Stored(id, key.Folder);
        }
        catch (CallException e)
        {
            return Fail(e);
        }
        catch (IOException e)
        {
            // of the host's stream, where the mail is read from
            return DeliveryResult.TemporaryFailure($"the mail for {place} could not be read: {e.Message}");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            gate.Abandon(id);
            if (!isStored && mail.Flags != MailFlags.None)
                await flagger.TryForgetAsync(id);
        }
    }

    private static DeliveryResult Fail(CallException e) => e.IsFull ? DeliveryResult.StorageFull(e.Message) : DeliveryResult.TemporaryFailure(e.Message);
}
