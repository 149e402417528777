using System.Runtime.InteropServices;

namespace MailStore.Host.Commands;

/// <summary>
/// SIGINT and SIGTERM while a command runs: the command is cancelled and cleans up. One that cannot be, since it waits for its standard input, is ended a
/// moment later; a second signal ends it at once. The server has its own way, and all the time it wants for the mails under way.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _cancel = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private readonly Func<int, int> _exitCodeFor;
    private readonly bool _isServer;

    /// <param name="exitCodeFor">The exit code, by the one that shells know for the signal (130, 143).</param>
    public Interruption(bool isServer, Func<int, int> exitCodeFor)
    {
        _isServer = isServer;
        _exitCodeFor = exitCodeFor;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, 130));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, 143));
    }

    public CancellationToken Token => _cancel.Token;

    /// <summary>How an interrupted command ends; null while none was.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Ends the command as a signal would.</summary>
    public void End(int code)
    {
        if (_isServer || ExitCode is not null)
            return;
        ExitCode = code;
        // elsewhere: whoever calls this may be any thread, in the middle of anything
        _ = _cancel.CancelAsync();
        _ = Task.Delay(Grace, TimeProvider.System).ContinueWith(_ => Environment.Exit(code), TaskScheduler.Default);
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _cancel.Dispose();
    }

    private void Stop(PosixSignalContext signal, int code)
    {
        if (_isServer || ExitCode is not null)
            return;
        signal.Cancel = true;
        End(_exitCodeFor(code));
    }
}
