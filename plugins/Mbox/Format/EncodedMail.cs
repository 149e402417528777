using System.Buffers;
using MailStore.Sdk;

namespace MailStore.Mbox.Format;

/// <summary>
/// A mail as it will stand in the file. Small ones are held ready; larger ones are gone through once, before anything is locked, for their sizes and checksum, and once more when
/// they are written. So no slow or broken source of a mail keeps others waiting.
/// </summary>
internal sealed class EncodedMail
{
    private const int MaxHeld = 64 * 1024;
    private const int BufferSize = 64 * 1024;

    private readonly Mail _mail;
    private readonly byte[] _head;
    private readonly byte[] _flags;
    private readonly ReadOnlyMemory<byte>? _held;
    private readonly int _lineFeeds;

    private EncodedMail(Mail mail, Marker marker, ReadOnlyMemory<byte>? held, int lineFeeds)
    {
        _mail = mail;
        _held = held;
        _lineFeeds = lineFeeds;
        Marker = marker;
        _head = [.. FromLine.Format(mail.Sender, mail.Arrival), .. marker.Format()];
        _flags = FlagField.Format(mail.Flags);
    }

    public Marker Marker { get; }

    /// <summary>Of all that is written.</summary>
    public long Length => _head.Length + _flags.Length + Marker.Stored;

    /// <summary>Behind its beginning: the character that confirms it.</summary>
    public int Confirmation => _head.Length - 2;

    /// <summary>Goes through the mail.</summary>
    /// <exception cref="UnreadableMailException">The host has lost it.</exception>
    public static async ValueTask<EncodedMail> PrepareAsync(Mail mail, CancellationToken cancellationToken)
    {
        var held = new HeldBytes(MaxHeld);
        var read = new Measure();
        var text = new MailText(isQuoting: true, held, read);
        var total = 0L;
        if (mail.TryGetContent(out var content))
        {
            cancellationToken.ThrowIfCancellationRequested();
            total = Write(text, mail.Header.Span, content);
        }
        else
        {
            await using var stream = mail.OpenRead();
            var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
            try
            {
                while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var count)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    text.Write(buffer.AsSpan(0, count));
                    total += count;
                }
            }
            catch (IOException e)
            {
                throw new UnreadableMailException(e.Message, e);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        text.Complete();
        if (total != mail.Size)
            throw new UnreadableMailException($"it ended after {total} of {mail.Size} bytes");
        var lineFeeds = MailPart.LineFeedsBehind(read.Count, read.Last);
        var marker = new Marker(Guid.CreateVersion7().ToString("n"), read.Count, held.Count + lineFeeds, read.Checksum, IsConfirmed: false);
        return new EncodedMail(mail, marker, held.Bytes, lineFeeds);
    }

    /// <summary>Writes all of it. Blocks.</summary>
    /// <exception cref="UnreadableMailException">It is not what it was before.</exception>
    public void WriteTo(IByteSink sink, CancellationToken cancellationToken)
    {
        sink.Write(_head);
        sink.Write(_flags);
        if (_held is { } held)
            sink.Write(held.Span);
        else
            WriteAnew(sink, cancellationToken);
        sink.Write("\n\n"u8[.._lineFeeds]);
    }

    private void WriteAnew(IByteSink sink, CancellationToken cancellationToken)
    {
        var read = new Measure();
        var text = new MailText(isQuoting: true, sink, read);
        if (_mail.TryGetContent(out var content))
            Write(text, _mail.Header.Span, content);
        else
            CopyStream(text, cancellationToken);
        text.Complete();
        if (read.Count != Marker.Size || read.Checksum != Marker.Checksum)
            throw new UnreadableMailException($"it had {Marker.Size} bytes, and {read.Count} or other ones when it was read again");
    }

    private void CopyStream(MailText text, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        using var stream = _mail.OpenRead();
        try
        {
            while (Read() is > 0 and var count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                text.Write(buffer.AsSpan(0, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        // an error of the disk that is written to is another thing
        int Read()
        {
            try
            {
                return stream.Read(buffer);
            }
            catch (IOException e)
            {
                throw new UnreadableMailException(e.Message, e);
            }
        }
    }

    private static long Write(MailText text, ReadOnlySpan<byte> header, in ReadOnlySequence<byte> content)
    {
        text.Write(header);
        foreach (var segment in content)
            text.Write(segment.Span);
        return header.Length + content.Length;
    }
}
