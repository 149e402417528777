using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace MailStore.Mbox.Format;

/// <summary>Finds where mails begin in a file, in both directions, through a small buffer.</summary>
internal static class MailFinder
{
    private const int BufferSize = 256 * 1024;

    private static ReadOnlySpan<byte> Separator => "\nFrom "u8;

    /// <summary>The first mail that begins at or behind a place; null if there is none before the end.</summary>
    public static MailHead? FindFrom(SafeFileHandle file, long at, long end)
    {
        if (at == 0 && MailHead.Read(file, 0, end) is { } first)
            return first;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            // the line feed before may be the one that ends what stands before
            for (var start = Math.Max(at - 1, 0); start < end;)
            {
                var count = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - start)), start);
                if (count == 0)
                    return null;
                var bytes = buffer.AsSpan(0, count);
                for (var from = 0; bytes[from..].IndexOf(Separator) is >= 0 and var found; from += found + 1)
                {
                    if (MailHead.Read(file, start + from + found + 1, end) is { } head)
                        return head;
                }

                if (start + count >= end)
                    return null;
                start += Math.Max(count - Separator.Length + 1, 1);
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The last mail that begins before a place; null if there is none.</summary>
    /// <param name="file">The file.</param>
    /// <param name="before">The place.</param>
    /// <param name="end">Of the file.</param>
    public static MailHead? FindBefore(SafeFileHandle file, long before, long end)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            // a separator whose 'From ' begins before the place
            for (var stop = Math.Min(before + Separator.Length - 2, end); stop > 0;)
            {
                var start = Math.Max(0, stop - BufferSize);
                var count = ReadFully(file, buffer.AsSpan(0, (int)(stop - start)), start);
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
    public static long EndOf(SafeFileHandle file, MailHead head, long end)
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
