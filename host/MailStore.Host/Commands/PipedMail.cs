using System.Buffers;
using System.IO.Pipelines;

namespace MailStore.Host.Commands;

/// <summary>
/// A mail as an MTA pipes it: lines ended by LF (or CR LF), perhaps behind the <c>From </c> line of an mbox, which is no part of it.
/// </summary>
internal static class PipedMail
{
    private const int Longest = 64 * 1024;

    internal delegate ValueTask<bool> TakePiece(ReadOnlySequence<byte> piece, bool startsLine, bool endsLine);

    /// <summary>Copies the mail as LMTP sends it: CR LF, dots stuffed, and the dot that ends it (RFC 5321, 4.5.2).</summary>
    /// <param name="limit">The largest mail that the server takes, in octets with CR LF and without stuffed dots (RFC 1870, 3).</param>
    public static async Task<PipedMailEnd> CopyStuffedAsync(Stream input, PipeWriter target, long limit, CancellationToken cancellationToken)
    {
        var isAtLineStart = true;
        var size = 0L;
        var isThere = true;
        await ForEachPieceAsync(
            input,
            async (piece, startsLine, endsLine) =>
            {
                size += piece.Length + (endsLine ? 2 : 0);
                if (size > limit)
                    return false;
                if (startsLine && new SequenceReader<byte>(piece).TryPeek(out var first) && first == (byte)'.')
                    target.Write("."u8);
                foreach (var segment in piece)
                    target.Write(segment.Span);
                if (endsLine)
                    target.Write("\r\n"u8);
                isAtLineStart = endsLine;
                return target.UnflushedBytes < Longest || (isThere = await TryFlushAsync(target, cancellationToken));
            },
            cancellationToken);
        if (!isThere)
            return PipedMailEnd.BrokenOff;
        if (size + (isAtLineStart ? 0 : 2) > limit)
            return PipedMailEnd.TooLarge;
        target.Write(isAtLineStart ? ".\r\n"u8 : "\r\n.\r\n"u8);
        return await TryFlushAsync(target, cancellationToken) ? PipedMailEnd.Sent : PipedMailEnd.BrokenOff;
    }

    /// <summary>Hands out lines without their ends; a line longer than the buffer in pieces, so that memory stays bounded.</summary>
    /// <returns>False if the one who takes them wanted no more.</returns>
    public static async Task<bool> ForEachPieceAsync(Stream input, TakePiece take, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: Longest, leaveOpen: true));
        var (isFirst, startsLine, isMboxLine) = (true, true, false);
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            while (rest.Length > 0)
            {
                var end = rest.PositionOf((byte)'\n');
                if (end is null && rest.Length < Longest && !read.IsCompleted)
                    break;
                // a CR at the end of a piece waits for its LF
                var piece = end is { } lineFeed ? rest.Slice(0, lineFeed) : read.IsCompleted ? rest : rest.Slice(0, rest.Length - 1);
                var next = end is null ? piece.End : rest.GetPosition(1, end.Value);
                if (startsLine)
                    isMboxLine = isFirst && IsMboxLine(piece);
                if (!isMboxLine && !await take(end is null ? piece : WithoutCr(piece), startsLine, end is not null))
                    return false;
                (isFirst, startsLine) = (false, end is not null);
                rest = rest.Slice(next);
            }

            reader.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
                return true;
        }
    }

    private static async ValueTask<bool> TryFlushAsync(PipeWriter target, CancellationToken cancellationToken)
    {
        try
        {
            return !(await target.FlushAsync(cancellationToken)).IsCompleted;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool IsMboxLine(ReadOnlySequence<byte> line)
    {
        Span<byte> start = stackalloc byte[5];
        if (line.Length < start.Length)
            return false;
        line.Slice(0, start.Length).CopyTo(start);
        return start.SequenceEqual("From "u8);
    }

    private static ReadOnlySequence<byte> WithoutCr(ReadOnlySequence<byte> line) =>
        line.Length > 0 && line.Slice(line.Length - 1).FirstSpan is [(byte)'\r', ..] ? line.Slice(0, line.Length - 1) : line;
}
