namespace MailStore.Sdk;

/// <summary>Reads one stream, then another.</summary>
internal sealed class ConcatenatedStream(Stream first, Stream second) : ReadOnlyStream
{
    private bool _firstIsRead;

    public override int Read(Span<byte> buffer)
    {
        if (!_firstIsRead && first.Read(buffer) is > 0 and var count)
            return count;
        _firstIsRead = buffer.Length > 0 || _firstIsRead;
        return _firstIsRead ? second.Read(buffer) : 0;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_firstIsRead && await first.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            return count;
        _firstIsRead = buffer.Length > 0 || _firstIsRead;
        return _firstIsRead ? await second.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) : 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            first.Dispose();
            second.Dispose();
        }

        base.Dispose(disposing);
    }
}
