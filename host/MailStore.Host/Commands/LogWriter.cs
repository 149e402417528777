using System.Text;

namespace MailStore.Host.Commands;

/// <summary>
/// Writes the lines of the log to a stream, on a thread of its own: those that come within ten milliseconds go with one call, since a busy server would else spend
/// a good part of its time on its log. Whoever logs waits only where the stream takes less than is logged. Thread-safe.
/// </summary>
internal sealed class LogWriter : IDisposable
{
    private const int MostWaiting = 1 << 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>At the end: whoever reads the log may hang.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Stream _stream;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private byte[] _waiting = new byte[16 * 1024];
    private byte[] _writing = new byte[16 * 1024];
    private int _length;
    private bool _isIdle;
    private bool _isDisposed;

    /// <param name="stream">Written to by this object only; stays open.</param>
    public LogWriter(Stream stream)
    {
        _stream = stream;
        _thread = new Thread(Run) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    /// <param name="lines">Ended by LF.</param>
    public void Write(StringBuilder lines)
    {
        lock (_gate)
        {
            while (_length >= MostWaiting && !_isDisposed)
                Monitor.Wait(_gate);
            var most = Encoding.UTF8.GetMaxByteCount(lines.Length);
            if (_waiting.Length - _length < most)
                Array.Resize(ref _waiting, Math.Max(2 * _waiting.Length, _length + most));
            foreach (var piece in lines.GetChunks())
                _length += Encoding.UTF8.GetBytes(piece.Span, _waiting.AsSpan(_length));
            if (_isIdle)
                Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Returns when all is written.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join(Patience);
    }

    private void Run()
    {
        while (TakeLines() is > 0 and var length)
        {
            try
            {
                _stream.Write(_writing, 0, length);
            }
            catch (IOException)
            {
                // whoever read it is gone, or its disk is full: mail goes on
            }

            if (!Volatile.Read(ref _isDisposed))
                Thread.Sleep(Pause);
        }
    }

    /// <returns>How many bytes are to be written; 0: no more will come.</returns>
    private int TakeLines()
    {
        lock (_gate)
        {
            while (_length == 0 && !_isDisposed)
            {
                _isIdle = true;
                Monitor.Wait(_gate);
            }

            _isIdle = false;
            (_waiting, _writing) = (_writing, _waiting);
            (var length, _length) = (_length, 0);
            Monitor.PulseAll(_gate);
            return length;
        }
    }
}
