using System.Buffers;
using System.Text;
using MailStore.Sdk;

namespace MailStore.Host.Delivery.Repeats;

/// <summary>
/// Finds the queue id in the topmost Received, which the MTA that delivers wrote when it took the mail: RFC 5321, 4.4 (By-domain and ID of Time-stamp-line).
/// </summary>
internal static class ReceivedHeader
{
    /// <summary>How far down it is looked for. What stands above it are short lines such as Delivered-To.</summary>
    private const int Reach = 8 * 1024;

    private const int LongestName = 255;

    private static ReadOnlySpan<byte> Field => "received:"u8;

    /// <param name="content">Lines end with LF, or with CR LF.</param>
    /// <returns>Null where there is none, or none that names both.</returns>
    public static QueueId? FindQueueId(MailContent content)
    {
        // in most mails all of it is in one piece
        if (content.TryGetSequence(out var sequence) && (sequence.IsSingleSegment || sequence.FirstSpan.Length >= Reach))
            return FindQueueId(sequence.FirstSpan[..Math.Min(sequence.FirstSpan.Length, Reach)]);
        var buffer = ArrayPool<byte>.Shared.Rent(Reach);
        try
        {
            return FindQueueId(buffer.AsSpan(0, ReadStart(content, buffer.AsSpan(0, Reach))));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <param name="start">Of the mail.</param>
    public static QueueId? FindQueueId(ReadOnlySpan<byte> start)
    {
        for (var rest = start; NextLine(ref rest, out var line) && line.Length > 0; start = rest)
        {
            if (line.Length < Field.Length || !Ascii.EqualsIgnoreCase(line[..Field.Length], Field))
                continue;
            while (rest is [(byte)' ' or (byte)'\t', ..] && NextLine(ref rest, out _))
            {
            }

            // a field that is cut off where the reach ends may be cut in the middle of the id
            return rest.IsEmpty ? null : Parse(start[Field.Length..^rest.Length]);
        }

        return null;
    }

    /// <summary>Words outside of comments: after <c>by</c> the name, after <c>id</c> the id; the date, and with it the end, follows a semicolon.</summary>
    /// <param name="field">With the ends of its lines, which white space follows: no word goes on behind one.</param>
    private static QueueId? Parse(ReadOnlySpan<byte> field)
    {
        string? mta = null, id = null;
        ReadOnlySpan<byte> before = default;
        while (true)
        {
            var word = NextWord(ref field);
            if (word.IsEmpty)
                break;
            if (mta is null && Ascii.EqualsIgnoreCase(before, "by"u8))
                mta = Encoding.Latin1.GetString(word);
            else if (id is null && Ascii.EqualsIgnoreCase(before, "id"u8))
                id = Encoding.Latin1.GetString(word);
            before = word;
        }

        return mta is { Length: <= LongestName } && id is { Length: <= LongestName } ? new QueueId(mta, id) : null;
    }

    /// <returns>Empty: there is none any more.</returns>
    private static ReadOnlySpan<byte> NextWord(scoped ref ReadOnlySpan<byte> field)
    {
        var depth = 0;
        var i = 0;
        for (; i < field.Length; i++)
        {
            var c = field[i];
            if (c == '\\' && depth > 0)
                i++;
            else if (c == '(')
                depth++;
            else if (c == ')' && depth > 0)
                depth--;
            else if (depth == 0 && c is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                break;
        }

        var start = Math.Min(i, field.Length);
        while (i < field.Length && field[i] is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'(' or (byte)';'))
            i++;
        var word = field[start..Math.Min(i, field.Length)];
        field = field[Math.Min(i, field.Length)..];
        return word;
    }

    private static bool NextLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        var end = rest.IndexOf((byte)'\n');
        line = end < 0 ? default : rest[..end];
        if (line is [.., (byte)'\r'])
            line = line[..^1];
        rest = end < 0 ? default : rest[(end + 1)..];
        return end >= 0;
    }

    private static int ReadStart(MailContent content, Span<byte> buffer)
    {
        if (content.TryGetSequence(out var sequence))
        {
            var start = sequence.Slice(0, Math.Min(sequence.Length, buffer.Length));
            start.CopyTo(buffer);
            return (int)start.Length;
        }

        using var stream = content.OpenRead();
        return stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
    }
}
