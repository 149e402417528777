using MailStore.Maildir.Workers;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Journal;

/// <summary>
/// The journal that deliveries use, once there is one. What an earlier life left in it is replayed before the first delivery, or, where that cannot be, as soon as it can. A new one is laid
/// out while mails are synced one by one, which is as safe. Thread-safe.
/// </summary>
internal sealed class CurrentJournal(JournalStart start, AsideFolder aside, WorkerPool workers, TimeProvider clock, ILogger logger) : IDisposable
{
    /// <summary>How long a process lives before it makes a journal that nobody asked for: commands that work without a server do not live as long.</summary>
    public static readonly TimeSpan LayOutAfter = TimeSpan.FromSeconds(10);

    /// <summary>Between two attempts.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    /// <summary>How long a start waits for a replay, which then goes on beside the deliveries.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _end = new();
    private volatile OpenJournal? _open;
    private volatile string? _fault;

    // until it is known that nothing of an earlier life is left to be stored
    private volatile bool _isOutstanding = true;

    /// <summary>Null: mails are to be synced one by one. Who takes part of it, keeps to this one for that mail.</summary>
    public OpenJournal? Value => _open;

    /// <summary>What the administrator should know; null if all is well.</summary>
    public string? Fault => _open is { } open ? open.Fault : _fault;

    /// <summary>More for him to know where all is well.</summary>
    public string Note => aside.Count() is > 0 and var count ? $"; {count} mails of a crash are kept aside in {aside.Path}, see 'mailstore doctor'" : "";

    /// <summary>Ends when there is nothing to wait for any more.</summary>
    public Task Opening { get; private set; } = Task.CompletedTask;

    /// <summary>Replays what is there, and opens it, or begins to wait until it can.</summary>
    /// <param name="obstacle">Why none is to be kept where that is open; null if none is known.</param>
    /// <inheritdoc cref="JournalStart.Open"/>
    public async Task StartAsync(Durability durability, string root, string? obstacle, CancellationToken cancellationToken)
    {
        var first = workers.RunAsync(() => Step(durability, root, obstacle, mayLayOut: false, CancellationToken.None), CancellationToken.None);
        try
        {
            if (!await first.WaitAsync(Patience, clock, cancellationToken))
                Opening = OpenLaterAsync(null, durability, root, obstacle, _end.Token);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // in the middle of it: where the start itself is cancelled the module is stopped next
            if (!first.IsCompleted)
                Tell("its replay takes long, and goes on while the server serves");
            Opening = OpenLaterAsync(first, durability, root, obstacle, _end.Token);
        }
    }

    /// <summary>Makes no new attempt. What is running is waited for with the workers.</summary>
    public void Cancel() => _end.Cancel();

    /// <summary>Makes all mails durable where they belong, leaves an empty journal, and closes it. After the workers have ended.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_open is { } open)
            await open.StopAsync(cancellationToken);
    }

    /// <summary>To be asked before a mailbox is read for good, or removed.</summary>
    /// <exception cref="TemporaryFailureException">The journal holds mails of a crash that are not stored yet, and some may be for it.</exception>
    public void ThrowIfOutstanding()
    {
        if (_isOutstanding && start.Exists)
            throw new TemporaryFailureException($"the journal holds mails of a crash that are not stored yet, and some may belong there{(_fault is { } fault ? $": {fault}" : "")}");
    }

    /// <summary>To be asked before a Maildir is removed with all mail in it. Blocks.</summary>
    /// <exception cref="TemporaryFailureException">Some of its mails are kept elsewhere, or may be.</exception>
    public void ThrowIfKept(string home)
    {
        ThrowIfOutstanding();
        if (aside.FindKept(home) is { } kept)
            throw new TemporaryFailureException(kept);
    }

    /// <summary>Closes it as it is.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _open?.Dispose();
    }

    private async Task OpenLaterAsync(Task<bool>? running, Durability durability, string root, string? obstacle, CancellationToken cancellationToken)
    {
        try
        {
            if (running is null && durability == Durability.Auto && _fault is null)
                await Task.Delay(LayOutAfter, clock, cancellationToken);
            while (!await (running ?? workers.RunAsync(() => Step(durability, root, obstacle, mayLayOut: true, cancellationToken), cancellationToken)))
            {
                running = null;
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // the module stops
        }
        catch (Exception e) // whatever it is: nobody else would hear of it, and mails are as safe without a journal
        {
            Tell(e.Message);
        }
    }

    private bool Step(Durability durability, string root, string? obstacle, bool mayLayOut, CancellationToken cancellationToken)
    {
        try
        {
            var opening = start.Open(durability, root, obstacle, mayLayOut, cancellationToken);
            _open = opening.Journal;
            // whatever is to come yet: there was nothing to replay, or it is done
            _isOutstanding = false;
            // a stop that could not wait for this has come and gone
            if (_end.IsCancellationRequested)
                opening.Journal?.Dispose();
            Tell(opening.Fault);
            return opening.IsFinal;
        }
        catch (TemporaryFailureException e)
        {
            Tell($"{e.Message}; what the journal holds is kept until that is mended");
            return false;
        }
    }

    private void Tell(string? fault)
    {
        if (fault is not null && fault != _fault)
            JournalLog.Idle(logger, fault);
        _fault = fault;
    }
}
