using System.Buffers;
using System.IO.Pipelines;

namespace MailStore.Host.Commands;

/// <summary>
/// A mail as an MTA pipes it: lines ended by LF (or CR LF), perhaps behind the <c>From </c> line of an mbox, which is no part of it.
/// </summary>
internal static class PipedMail
{
    /// <summary>Copies the mail with lines ended by LF.</summary>
    public static async Task CopyAsync(Stream input, Delivery.MailBuffer target, CancellationToken cancellationToken)
    {
        await ForEachLineAsync(input, async (line, _) =>
        {
            foreach (var segment in WithLineFeed(line))
                target.Write(segment.Span);
            await target.FlushAsync(cancellationToken);
        }, cancellationToken);
    }

    /// <summary>Copies the mail as LMTP sends it: CR LF, dots stuffed, and the dot that ends it (RFC 5321, 4.5.2).</summary>
    public static async Task CopyStuffedAsync(Stream input, PipeWriter target, CancellationToken cancellationToken)
    {
        var endsLine = true;
        await ForEachLineAsync(input, async (line, startsLine) =>
        {
            if (startsLine && line.FirstSpan is [(byte)'.', ..])
                target.Write("."u8);
            endsLine = line.Slice(line.Length - 1).FirstSpan[0] == '\n';
            foreach (var segment in WithoutLineEnd(line))
                target.Write(segment.Span);
            if (endsLine)
                target.Write("\r\n"u8);
            await target.FlushAsync(cancellationToken);
        }, cancellationToken);
        target.Write(endsLine ? ".\r\n"u8 : "\r\n.\r\n"u8);
        await target.FlushAsync(cancellationToken);
    }

    /// <summary>Hands out lines with their ends; a line longer than the buffer in pieces, so that memory stays bounded.</summary>
    private static async Task ForEachLineAsync(Stream input, Func<ReadOnlySequence<byte>, bool, Task> take, CancellationToken cancellationToken)
    {
        const int longest = 64 * 1024;
        var reader = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: longest));
        var (first, startsLine) = (true, true);
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            while (rest.Length > 0)
            {
                var end = rest.PositionOf((byte)'\n');
                if (end is null && rest.Length < longest && !read.IsCompleted)
                    break;
                // a CR at the end of a piece waits for its LF
                var line = end is { } position ? rest.Slice(0, rest.GetPosition(1, position)) : rest.Length > 1 && !read.IsCompleted ? rest.Slice(0, rest.Length - 1) : rest;
                if (!(first && IsMboxLine(line)))
                    await take(line, startsLine);
                (first, startsLine) = (false, end is not null);
                rest = rest.Slice(line.End);
            }

            reader.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
                return;
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

    private static IEnumerable<ReadOnlyMemory<byte>> WithLineFeed(ReadOnlySequence<byte> line)
    {
        var end = line.Slice(line.Length - 1).FirstSpan[0] == '\n';
        foreach (var segment in WithoutLineEnd(line))
            yield return segment;
        if (end)
            yield return "\n"u8.ToArray();
    }

    private static IEnumerable<ReadOnlyMemory<byte>> WithoutLineEnd(ReadOnlySequence<byte> line)
    {
        if (line.Slice(line.Length - 1).FirstSpan[0] == '\n')
        {
            line = line.Slice(0, line.Length - 1);
            if (line.Length > 0 && line.Slice(line.Length - 1).FirstSpan[0] == '\r')
                line = line.Slice(0, line.Length - 1);
        }

        foreach (var segment in line)
            yield return segment;
    }
}
