using MailStore.Maildir.Workers;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Journal;

/// <summary>
/// The journal that deliveries use, once there is one. What an earlier life left in it is replayed before the first delivery, or, where its mail is not there, as soon as that is. A new one
/// is laid out while mails are synced one by one, which is as safe. Thread-safe.
/// </summary>
internal sealed class CurrentJournal(JournalStart start, WorkerPool workers, TimeProvider clock, ILogger logger) : IDisposable
{
    /// <summary>How long a process lives before it makes a journal that nobody asked for: commands that work without a server do not live as long.</summary>
    public static readonly TimeSpan Reserve = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _end = new();
    private volatile OpenJournal? _open;
    private volatile string? _fault;

    /// <summary>Null: mails are to be synced one by one. Who takes part of it, keeps to this one for that mail.</summary>
    public OpenJournal? Value => _open;

    /// <summary>What the administrator should know; null if all is well.</summary>
    public string? Fault => _open?.Fault ?? _fault;

    /// <summary>Ends when there is nothing to wait for any more.</summary>
    public Task Opening { get; private set; } = Task.CompletedTask;

    /// <summary>Replays what is there, and opens it, or begins to wait until it can.</summary>
    /// <inheritdoc cref="JournalStart.Open(Durability, string, bool, CancellationToken)"/>
    public async Task StartAsync(Durability durability, string root, CancellationToken cancellationToken)
    {
        var isFinal = await workers.RunAsync(() => Step(durability, root, mayLayOut: false, cancellationToken), cancellationToken);
        if (!isFinal)
            Opening = OpenLaterAsync(durability, root, _end.Token);
    }

    /// <summary>Makes no new attempt. What is running is waited for with the workers.</summary>
    public void Cancel() => _end.Cancel();

    /// <summary>Makes all mails durable where they belong, leaves an empty journal, and closes it. After the workers have ended.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_open is { } open)
            await open.StopAsync(cancellationToken);
    }

    /// <summary>Closes it as it is.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _open?.Dispose();
    }

    private async Task OpenLaterAsync(Durability durability, string root, CancellationToken cancellationToken)
    {
        try
        {
            if (durability == Durability.Auto)
                await Task.Delay(Reserve, clock, cancellationToken);
            while (!await workers.RunAsync(() => Step(durability, root, mayLayOut: true, cancellationToken), cancellationToken))
                await Task.Delay(Pause, clock, cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // the module stops
        }
        catch (Exception e) when (e is ModuleConfigurationException or TemporaryFailureException)
        {
            Note(e.Message);
        }
    }

    private bool Step(Durability durability, string root, bool mayLayOut, CancellationToken cancellationToken)
    {
        var opening = start.Open(durability, root, mayLayOut, cancellationToken);
        _open = opening.Journal;
        Note(opening.Fault);
        return opening.IsFinal;
    }

    private void Note(string? fault)
    {
        if (fault is not null && fault != _fault)
            JournalLog.Idle(logger, fault);
        _fault = fault;
    }
}
