namespace MailStore.Sdk;

/// <summary>Puts a CR before each LF of another stream (RFC 5321, 2.3.8).</summary>
internal sealed class CrLfStream(Stream lf) : ReadOnlyStream
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;
    private bool _owesLineFeed;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        if (_start == _end && !_owesLineFeed)
        {
            _start = 0;
            _end = lf.Read(_buffer);
        }

        return Convert(buffer);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;
        if (_start == _end && !_owesLineFeed)
        {
            _start = 0;
            _end = await lf.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
        }

        return Convert(buffer.Span);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            lf.Dispose();
        base.Dispose(disposing);
    }

    private int Convert(Span<byte> target)
    {
        var written = 0;
        while (written < target.Length)
        {
            if (_owesLineFeed)
            {
                target[written++] = (byte)'\n';
                _owesLineFeed = false;
                continue;
            }

            var source = _buffer.AsSpan(_start, _end - _start);
            if (source.IsEmpty)
                break;
            var lineFeed = source.IndexOf((byte)'\n');
            if (lineFeed == 0)
            {
                target[written++] = (byte)'\r';
                _owesLineFeed = true;
                _start++;
                continue;
            }

            var count = Math.Min(lineFeed < 0 ? source.Length : lineFeed, target.Length - written);
            source[..count].CopyTo(target[written..]);
            written += count;
            _start += count;
        }

        return written;
    }
}
