using System.Runtime.CompilerServices;
using MailStore.Maildir.Delivery;
using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Maildir.Quota;
using MailStore.Maildir.Reading;
using MailStore.Maildir.Workers;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir;

/// <summary>The Maildir of one user. Holds nothing open; what it remembers is shared with other objects for the same Maildir.</summary>
internal sealed class MaildirMailbox(MailboxPlace place, PlaceState state, RootGuard roots, FlagsMemory flags, WorkerPool workers, TimeProvider clock, ILogger logger)
    : IMailbox, IReadableMailbox, IMailboxUsage, IMailboxRemoval
{
    private readonly MailboxDelivery _delivery = new(place, state, roots, clock, logger);
    private readonly MailboxReader _reader = new(place.Home, roots, flags);

    public async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken)
    {
        var result = await workers.RunAsync(() => _delivery.Deliver(mail, cancellationToken), cancellationToken);
        if (result.Status == DeliveryStatus.Stored)
            SweepIfDue();
        return result;
    }

    public async IAsyncEnumerable<StoredMail> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var box in await RunAsync(_reader.Boxes, cancellationToken))
        {
            var listing = await RunAsync(() => _reader.List(box), cancellationToken);
            while (await RunAsync(() => _reader.ReadPage(box, listing), cancellationToken) is { Count: > 0 } page)
            {
                foreach (var mail in page)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return mail;
                }
            }
        }
    }

    public async ValueTask<Stream?> OpenAsync(string id, CancellationToken cancellationToken) =>
        await RunAsync(() => _reader.Open(id), cancellationToken);

    public async ValueTask<MailboxUsage> GetUsageAsync(CancellationToken cancellationToken)
    {
        var usage = await RunAsync(Measure, cancellationToken);
        return new MailboxUsage(usage.Bytes, usage.Count, place.Limit.Bytes, place.Limit.Count);
    }

    public async ValueTask RemoveAllAsync(CancellationToken cancellationToken) =>
        await workers.RunAsync(new MailboxRemover(place.Home, place.Claim, roots, logger).Remove, cancellationToken);

    private Usage Measure()
    {
        using var home = Posix.OpenDirectory(place.Home);
        return place.Limit.IsSet
            ? state.Quota.Measure(new QuotaMailbox(home, place.Limit, place.Ids, clock.GetUtcNow()))
            : UsageScan.Count(home, static _ => false);
    }

    private void SweepIfDue()
    {
        var now = clock.GetUtcNow();
        if (!state.IsSweepDue(now, TmpSweeper.Pause))
            return;
        try
        {
            _ = workers.RunAsync(() => TmpSweeper.Sweep(place.Home, now, logger), CancellationToken.None);
        }
        catch (ObjectDisposedException)
        {
            // the module stops: another day
        }
    }

    private async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await workers.RunAsync(work, cancellationToken);
        }
        catch (PosixException e)
        {
            throw e.ToTemporaryFailure();
        }
    }
}
