using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace MailStore.Mbox.Format;

/// <summary>Finds where mails begin in a file, in both directions.</summary>
internal static class MailFinder
{
    private const int BufferSize = 64 * 1024;

    private static ReadOnlySpan<byte> Separator => "\nFrom "u8;

    /// <summary>The first mail that begins at or behind the start of a line; null if there is none before the end.</summary>
    public static MailHead? FindFrom(FileWindow file, long at, long end)
    {
        // as a rule: without a look at what is in a mail
        if (MailHead.Read(file, at, end) is { } first)
            return first;
        while (at < end)
        {
            var bytes = file.LookOn(at, end, Separator.Length);
            var found = bytes.IndexOf(Separator);
            if (found < 0)
            {
                if (at + bytes.Length >= end || bytes.Length < Separator.Length)
                    return null;
                at += bytes.Length - Separator.Length + 1;
                continue;
            }

            at += found + 1;
            if (MailHead.Read(file, at, end) is { } head)
                return head;
        }

        return null;
    }

    /// <summary>The last mail that begins before a place; null if there is none.</summary>
    /// <param name="file">The file.</param>
    /// <param name="before">The place.</param>
    /// <param name="end">Of the file.</param>
    public static MailHead? FindBefore(FileWindow file, long before, long end)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            // a separator whose 'From ' begins before the place
            for (var stop = Math.Min(before + Separator.Length - 2, end); stop > 0;)
            {
                var start = Math.Max(0, stop - BufferSize);
                var count = file.Read(buffer.AsSpan(0, (int)(stop - start)), start);
                for (var bytes = buffer.AsSpan(0, count); bytes.LastIndexOf(Separator) is >= 0 and var found; bytes = bytes[..(found + Separator.Length - 1)])
                {
                    if (MailHead.Read(file, start + found + 1, end) is { } head)
                        return head;
                }

                if (start == 0)
                    break;
                stop = start + Separator.Length - 1;
            }

            return before > 0 ? MailHead.Read(file, 0, end) : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Where the mail ends: at the next one, or at the end.</summary>
    public static long EndOf(FileWindow file, MailHead head, long end)
    {
        // untouched, as nearly all are: its content need not be looked at
        if (head.ExpectedEnd is { } expected && (expected == end || (expected < end && MailHead.Read(file, expected, end) is not null)))
            return expected;
        return FindFrom(file, head.Content, end)?.Start ?? end;
    }

    /// <summary>Reads as much as there is.</summary>
    public static int ReadFully(SafeFileHandle file, Span<byte> buffer, long at)
    {
        var length = 0;
        while (length < buffer.Length && RandomAccess.Read(file, buffer[length..], at + length) is > 0 and var count)
            length += count;
        return length;
    }
}
