using System.Text;

namespace MailStore.Mbox.Format;

/// <summary>What stands between two mails' beginnings, gone through once.</summary>
/// <param name="Size">Of the mail as it is read back.</param>
/// <param name="IsAsDelivered">Whether it is one of this module's mails, whole, whatever flags were written into it.</param>
/// <param name="Fields">The fields of mail programs in it, which are not read back.</param>
internal sealed record MailPart(long Size, bool IsAsDelivered, string Fields)
{
    private const int MaxFields = 8 * 1024;

    public static MailPart Of(FileWindow file, MailHead head, long end)
    {
        var measure = new Measure(head.Marker?.Size ?? long.MaxValue);
        var fields = new FieldText();
        Copy(file, head.Content, end, new MailText(isQuoting: false, null, measure, fields));
        if (head.Marker is { } marker && IsWhole(marker, measure))
            return new MailPart(marker.Size, true, fields.ToString());
        return new MailPart(measure.Count - EmptyLineAtEnd(file, head.Content, end), false, fields.ToString());
    }

    /// <summary>Has a part of the file gone through, to its end.</summary>
    public static void Copy(FileWindow file, long from, long to, MailText text)
    {
        CopyPiece(file, from, to, text);
        text.Complete();
    }

    /// <summary>Has a part of the file gone through that may go on behind.</summary>
    public static void CopyPiece(FileWindow file, long from, long to, MailText text)
    {
        while (from < to)
        {
            var bytes = file.LookOn(from, to);
            if (bytes.IsEmpty)
                return;
            text.Write(bytes);
            from += bytes.Length;
        }
    }

    /// <summary>Line feeds that were written behind a mail: one to end its last line if need be, one for the empty line.</summary>
    public static int LineFeedsBehind(long size, byte last) => size == 0 || last == (byte)'\n' ? 1 : 2;

    private static bool IsWhole(Marker marker, Measure measure) =>
        measure.Checksum == marker.Checksum && measure.RestIsLineFeeds && measure.Count - marker.Size >= LineFeedsBehind(marker.Size, measure.Last);

    // of another program's mail, or one that another program edited: the empty line is no part of it
    private static int EmptyLineAtEnd(FileWindow file, long from, long end)
    {
        var length = (int)Math.Min(2, end - from);
        return file.Look(end - length, length) is [(byte)'\n'] or [(byte)'\n', (byte)'\n'] ? 1 : 0;
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
