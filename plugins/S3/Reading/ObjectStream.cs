using Amazon.S3.Model;

namespace MailStore.S3.Reading;

/// <summary>The content of an object as it comes: each read has a time limit, and an end before the object's size is an error, never the end of the mail.</summary>
internal sealed class ObjectStream(GetObjectResponse response, string where, TimeSpan timeout, TimeProvider clock) : Stream
{
    private readonly long _length = response.ContentLength;
    private long _read;

    public override bool CanRead => true;

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
        if (buffer.Length == 0)
            return 0;
        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        int count;
        try
        {
            count = await response.ResponseStream.ReadAsync(buffer, either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"{where} could not be read to its end: {(limit.IsCancellationRequested ? "the server sends no more" : e.Message)}", e);
        }

        _read += count;
        return count > 0 || _read == _length ? count : throw new IOException($"{where} ended after {_read} of {_length} bytes");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = response.ResponseStream.Read(buffer, offset, count);
        _read += read;
        return read > 0 || count == 0 || _read == _length ? read : throw new IOException($"{where} ended after {_read} of {_length} bytes");
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            response.Dispose();
        base.Dispose(disposing);
    }
}
