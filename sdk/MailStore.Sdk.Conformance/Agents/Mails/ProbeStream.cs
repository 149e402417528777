namespace MailStore.Sdk.Conformance;

/// <summary>The stream of a <see cref="ProbeContent"/>: slow, broken, cut or piecemeal, as its letter says.</summary>
internal sealed class ProbeStream(ProbeContent content, Letter letter) : PatternStream(letter.Pattern, letter.Length)
{
    private bool _isClosed;

    public override int Read(Span<byte> buffer)
    {
        // a synchronous read has nobody to hand the thread to
        if (letter.Pause > TimeSpan.Zero)
            Thread.Sleep(letter.Pause);
        return base.Read(buffer[..Allow(buffer.Length)]);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (letter.Pause > TimeSpan.Zero)
            await Task.Delay(letter.Pause, cancellationToken);
        return base.Read(buffer.Span[..Allow(buffer.Length)]);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isClosed)
        {
            _isClosed = true;
            content.NoteDisposed();
        }

        base.Dispose(disposing);
    }

    private int Allow(int wanted)
    {
        content.NoteRead();
        if (letter.Pause > TimeSpan.Zero && content.IsClosed)
            throw new IOException("the conformance kit waits no longer");
        var allowed = Math.Min(wanted, letter.ChunkSize ?? wanted);
        if (letter.EndAfter is { } end)
            allowed = (int)Math.Min(allowed, end - Position);
        if (letter.BreakAfter is not { } limit)
            return allowed;
        if (wanted > 0 && Position >= limit)
            throw new IOException($"the conformance kit breaks the mail off after {limit} bytes");
        return (int)Math.Min(allowed, limit - Position);
    }
}
