using System.Buffers;

namespace MailStore.Host.Modules;

/// <summary>
/// A stored mail, or another stream that a module hands out, read behind its boundary, asynchronously and forward only. It is read into a buffer of its own: a
/// read that was given up may still write into it, and the caller's would be in other use by then.
/// </summary>
internal sealed class GuardedStream(Stream inner, ModuleBoundary boundary, string? user) : Stream
{
    private static readonly CallKind<(Stream Stream, byte[] Buffer, int Count), int> ReadCall = new(
        "ReadAsync",
        static (call, cancellationToken) => call.Stream.ReadAsync(call.Buffer.AsMemory(0, call.Count), cancellationToken),
        static (call, count) => count < 0 || count > call.Count ? $"{count} bytes where at most {call.Count} were asked for" : null);

    private const int BufferSize = 32 * 1024;

    // of its own: what a module writes where it should not any more comes to other streams of modules at the worst
    private static readonly ArrayPool<byte> Buffers = ArrayPool<byte>.Create(BufferSize, 64);

    private byte[]? _buffer;
    private bool _isInUse;
    private bool _closed;

    public override bool CanRead => !_closed;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        var own = _buffer ??= RentCleared();
        var count = Math.Min(buffer.Length, BufferSize);
        _isInUse = true;
        try
        {
            count = await boundary.CallAsync(ReadCall, user, (inner, own, count), cancellationToken);
        }
        catch (ModuleFaultException fault) when (fault.Abandoned)
        {
            _closed = true; // a stream that is in use for ever is not disposed either
            throw;
        }

        own.AsSpan(0, count).CopyTo(buffer.Span);
        _isInUse = false;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("a stream of a module is read asynchronously only: a read may have to be given up");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (!_closed)
        {
            _closed = true;
            await boundary.CallAsync(Disposal.Call, user, (object)inner, CancellationToken.None);
            ReturnBuffer();
        }

        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed)
        {
            _closed = true;
            _ = boundary.CallAsync(Disposal.Call, user, (object)inner, CancellationToken.None).AsTask();
        }

        base.Dispose(disposing);
    }

    // a module that says that it has read more than it did gives zeros, and not another's mail
    private static byte[] RentCleared()
    {
        var buffer = Buffers.Rent(BufferSize);
        Array.Clear(buffer);
        return buffer;
    }

    // a module may still write into what it was given for a read that has failed, or is not over: that is left to the garbage collector
    private void ReturnBuffer()
    {
        if (_buffer is not null && !_isInUse)
            Buffers.Return(_buffer);
        _buffer = null;
    }
}
