using System.Buffers;
using MailStore.Sdk;

namespace MailStore.Postgres.Mailboxes;

/// <summary>Reads a mail a chunk at a time into one buffer.</summary>
internal sealed class MailChunks(Mail mail) : IAsyncDisposable
{
    /// <summary>Larger mails are stored in chunks of this size; nearly all mails are smaller.</summary>
    public const int Size = 256 * 1024;

    private readonly Stream _stream = mail.OpenRead();
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(Size, Math.Max(1, mail.Size)));
    private long _left = mail.Size;

    public bool IsAtEnd => _left == 0;

    /// <summary>Reads the next chunk; what it gave before is overwritten.</summary>
    /// <exception cref="UnreadableMailException">The mail cannot be read, or ends too early.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        var chunk = _buffer.AsMemory(0, (int)Math.Min(Size, _left));
        try
        {
            await _stream.ReadExactlyAsync(chunk, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new UnreadableMailException($"the mail cannot be read to its end of {mail.Size} bytes: {e.Message}", e);
        }

        _left -= chunk.Length;
        return chunk;
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(_buffer);
    }
}
