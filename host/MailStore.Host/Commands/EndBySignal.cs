using System.Runtime.InteropServices;

namespace MailStore.Host.Commands;

/// <summary>
/// SIGTERM, SIGINT and SIGHUP end a command with an exit code of sysexits. The runtime's own would be 143, which is none: Postfix bounces on it,
/// and a system that shuts down sends SIGTERM to whatever its MTA has started.
/// </summary>
internal sealed class EndBySignal : IDisposable
{
    /// <summary>For a delivery that is past its commit point, and for the answer of a server that has the mail already.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly int _exitCode;
    private readonly Timer _lastResort;

    /// <param name="exitCode">For a command that heeds no cancellation: one that reads from a pipe on which nothing comes.</param>
    public EndBySignal(int exitCode)
    {
        _exitCode = exitCode;
        _lastResort = new Timer(_ => Environment.Exit(_exitCode));
        _registrations = [.. ((PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP]).Select(signal => PosixSignalRegistration.Create(signal, End))];
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _lastResort.Dispose();
        _source.Dispose();
    }

    private void End(PosixSignalContext signal)
    {
        signal.Cancel = true;
        try
        {
            _lastResort.Change(Grace, Timeout.InfiniteTimeSpan);
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // it has ended by itself
        }
    }
}
