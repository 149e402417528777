using System.Buffers;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MailStore.Mbox.Format;

/// <summary>What stands between two mails' beginnings, gone through once.</summary>
/// <param name="Size">Of the mail as it is read back.</param>
/// <param name="IsAsDelivered">Whether it is one of this module's mails, whole, whatever flags were written into it.</param>
/// <param name="Fields">The fields of mail programs in it, which are not read back.</param>
internal sealed record MailPart(long Size, bool IsAsDelivered, string Fields)
{
    private const int BufferSize = 128 * 1024;
    private const int MaxFields = 8 * 1024;

    public static MailPart Of(SafeFileHandle file, MailHead head, long end)
    {
        var measure = new Measure(head.Marker?.Size ?? long.MaxValue);
        var fields = new FieldText();
        Copy(file, head.Content, end, new MailText(isQuoting: false, null, measure, fields));
        if (head.Marker is { } marker && IsWhole(marker, measure))
            return new MailPart(marker.Size, true, fields.ToString());
        return new MailPart(measure.Count - EmptyLineAtEnd(file, head.Content, end), false, fields.ToString());
    }

    /// <summary>Has a part of the file gone through, to its end.</summary>
    public static void Copy(SafeFileHandle file, long from, long to, MailText text)
    {
        CopyPiece(file, from, to, text);
        text.Complete();
    }

    /// <summary>Has a part of the file gone through that may go on behind.</summary>
    public static void CopyPiece(SafeFileHandle file, long from, long to, MailText text)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (from < to && RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, to - from)), from) is > 0 and var count)
            {
                text.Write(buffer.AsSpan(0, count));
                from += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Line feeds that were written behind a mail: one to end its last line if need be, one for the empty line.</summary>
    public static int LineFeedsBehind(long size, byte last) => size == 0 || last == (byte)'\n' ? 1 : 2;

    private static bool IsWhole(Marker marker, Measure measure) =>
        measure.Checksum == marker.Checksum && measure.RestIsLineFeeds && measure.Count - marker.Size >= LineFeedsBehind(marker.Size, measure.Last);

    // of another program's mail, or one that another program edited: the empty line is no part of it
    private static int EmptyLineAtEnd(SafeFileHandle file, long from, long end)
    {
        Span<byte> last = stackalloc byte[2];
        var length = (int)Math.Min(2, end - from);
        _ = MailFinder.ReadFully(file, last[..length], end - length);
        return last[..length] is [(byte)'\n'] or [(byte)'\n', (byte)'\n'] ? 1 : 0;
    }

    private sealed class FieldText : IByteSink
    {
        private readonly StringBuilder _text = new();

        public void Write(ReadOnlySpan<byte> bytes)
        {
            if (_text.Length + bytes.Length <= MaxFields)
                _text.Append(Encoding.Latin1.GetString(bytes));
        }

        public override string ToString() => _text.ToString();
    }
}
