using System.Runtime.InteropServices;

namespace MailStore.Host.Commands;

/// <summary>
/// SIGHUP, from the first moment of the server to its last: the runtime's own answer to it would be to end. One that comes while the server starts is answered when it
/// serves, since it may have read by then what has changed; one that comes while it stops means nothing any more.
/// </summary>
internal sealed class HangUp : IDisposable
{
    private readonly Lock _turn = new();
    private readonly PosixSignalRegistration _registration;
    private Action? _reload;
    private bool _isOwed;

    public HangUp() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Hear);

    /// <summary>The server serves.</summary>
    /// <param name="reload">Never called twice at once.</param>
    public void Serve(Action reload)
    {
        lock (_turn)
        {
            _reload = reload;
            if (_isOwed)
                reload();
        }
    }

    /// <summary>The server stops. When this returns no reload is under way, and none will be.</summary>
    public void Ignore()
    {
        lock (_turn)
            _reload = static () => { };
    }

    public void Dispose() => _registration.Dispose();

    private void Hear(PosixSignalContext signal)
    {
        signal.Cancel = true;
        lock (_turn)
        {
            _isOwed = _reload is null;
            _reload?.Invoke();
        }
    }
}
