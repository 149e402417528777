using System.Globalization;
using System.Runtime.CompilerServices;
using MailStore.Maildir.Delivery;
using MailStore.Maildir.Inspection;
using MailStore.Maildir.Interop;
using MailStore.Maildir.Journal;
using MailStore.Maildir.Places;
using MailStore.Maildir.Quota;
using MailStore.Maildir.Reading;
using MailStore.Maildir.Workers;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir;

/// <summary>The Maildir of one user. Holds nothing open; what it remembers is shared with other objects for the same Maildir.</summary>
internal sealed class MaildirMailbox(MailboxPlace place, PlaceState state, RootGuard roots, FlagsMemory flags, WorkerPool workers, CurrentJournal journal, TimeProvider clock, ILogger logger)
    : IBlockingMailbox, IReadableMailbox, IMailboxImport, IMailboxUsage, IMailboxExtras, IMailboxRemoval
{
    private readonly BoxOpener _opener = new(place, state, roots);
    private readonly MailboxReader _reader = new(place.Home, roots, flags);

    private MailboxDelivery Delivery => field ??= new MailboxDelivery(place, state, _opener, journal, clock, logger);

    private MailImporter Importer => field ??= new MailImporter(place, state, _opener, flags, workers, clock, logger);

    private MailChanger Changer => field ??= new MailChanger(place, state, _reader, clock);

    public async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken) =>
        await workers.RunAsync(() => Deliver(mail, cancellationToken), cancellationToken);

    public DeliveryResult Deliver(Mail mail, CancellationToken cancellationToken)
    {
        var result = Delivery.Deliver(mail, cancellationToken);
        if (result.Status == DeliveryStatus.Stored)
            SweepIfDue();
        return result;
    }

    public async IAsyncEnumerable<StoredMail> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        journal.ThrowIfOutstanding();
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

    public ValueTask<MailboxFidelity> GetFidelityAsync(CancellationToken cancellationToken) => new(MailboxFidelity.Full);

    public async ValueTask<bool> TryCreateFolderAsync(string folder, CancellationToken cancellationToken) =>
        await RunAsync(() => Importer.TryCreateFolder(folder), cancellationToken);

    public async ValueTask<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken) =>
        await Importer.ImportAsync(mails, cancellationToken);

    public async ValueTask<bool> TrySetFlagsAsync(string id, MailFlags flags, CancellationToken cancellationToken) =>
        await RunAsync(() => Changer.TrySetFlags(id, flags), cancellationToken);

    public async ValueTask<bool> TryRemoveAsync(string id, CancellationToken cancellationToken) =>
        await RunAsync(() => Changer.TryRemove(id), cancellationToken);

    public async ValueTask<MailboxUsage> GetUsageAsync(CancellationToken cancellationToken)
    {
        var usage = await RunAsync(Measure, cancellationToken);
        return new MailboxUsage(usage.Bytes, usage.Count, place.Limit.Bytes, place.Limit.Count);
    }

    public async IAsyncEnumerable<string> ListFoldersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var folder in (await RunAsync(_reader.Boxes, cancellationToken)).Select(box => box.Folder).OfType<string>())
            yield return folder;
    }

    public async ValueTask<string?> DescribeUnreadableAsync(CancellationToken cancellationToken)
    {
        var marked = 0;
        foreach (var box in await RunAsync(_reader.Boxes, cancellationToken))
            marked += await RunAsync(() => _reader.CountKeywords(box), cancellationToken);
        return marked == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"the keywords of {marked} {(marked == 1 ? "mail" : "mails")}");
    }

    public async ValueTask RemoveAllAsync(CancellationToken cancellationToken) =>
        await workers.RunAsync(
            () =>
            {
                journal.ThrowIfKept(place.Home);
                new MailboxRemover(place.Home, place.Claim, roots, logger).Remove();
            },
            cancellationToken);

    /// <summary>Compares what is there with what the record says.</summary>
    public Task<IReadOnlyList<Finding>> InspectAsync(Sdk.Inspection inspection, long version, PlaceMaker maker, string root, CancellationToken cancellationToken) =>
        RunAsync(() => new HomeInspector(place, version, state, roots, maker, root, inspection, clock.GetUtcNow(), logger).Inspect(), cancellationToken);

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
