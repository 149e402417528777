namespace MailStore.Host.Lmtp;

/// <summary>
/// How long a session may go on where the runtime hears of all sockets: one who sends without an end would keep the others from being heard. Used by one session.
/// </summary>
internal sealed class InlineTurn(TimeProvider clock)
{
    /// <summary>So many pieces without a silence.</summary>
    public const int Most = 8;

    /// <summary>So many with silences: where system calls are slow, each wait looks like one.</summary>
    public const int MostInAll = 256;

    /// <summary>Who had nothing for so long has mostly let the others be heard: what is in a socket already is here within a few microseconds, unless the machine is slow.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMicroseconds(20);

    private readonly long _silence = (long)(Silence.TotalSeconds * clock.TimestampFrequency);
    private int _pieces;
    private int _inAll;

    /// <summary>Whether the session is to go on elsewhere.</summary>
    public bool IsOver => _pieces >= Most || _inAll >= MostInAll;

    /// <summary>It has gone on elsewhere, or is about to.</summary>
    public void Begin() => _pieces = _inAll = 0;

    /// <summary>A piece was there already.</summary>
    public void Count() => Count(0);

    /// <summary>A piece came after so long, by the clock's timestamps.</summary>
    public void Count(long waited)
    {
        _pieces = waited > _silence ? 0 : _pieces + 1;
        _inAll++;
    }
}
