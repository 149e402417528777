using System.Text;
using MailStore.Sdk;

namespace MailStore.Mbox.Format;

/// <summary>The first lines of a mail in a file: <c>From </c>, and, where this module wrote it, the marker, and the flags with which it was imported.</summary>
/// <param name="Start">Where the mail begins in the file.</param>
/// <param name="Content">Where its content begins, behind these lines.</param>
/// <param name="Date">Of the <c>From </c> line.</param>
/// <param name="Marker">Null for a mail of another program.</param>
internal sealed record MailHead(long Start, long Content, DateTime Date, Marker? Marker)
{
    /// <summary>The flags in lines right behind the marker.</summary>
    public MailFlags Flags { get; init; }

    /// <summary>Where the marker ends, or else the <c>From </c> line.</summary>
    public long MarkerEnd { get; init; }

    /// <summary>Where the mail ends if nobody has changed it.</summary>
    public long? ExpectedEnd => Marker is null ? null : Content + Marker.Stored;

    /// <summary>Where the character is that confirms it.</summary>
    public long Confirmation => MarkerEnd - 2;

    /// <summary>When it arrived; other programs write their local time.</summary>
    public DateTimeOffset Arrival => Marker is null
        ? new DateTimeOffset(DateTime.SpecifyKind(Date, DateTimeKind.Unspecified), TimeZoneInfo.Local.GetUtcOffset(Date))
        : new DateTimeOffset(Date, TimeSpan.Zero);

    /// <summary>Reads what begins there; null if it is no mail.</summary>
    public static MailHead? Read(FileWindow file, long start, long end)
    {
        var bytes = file.Look(start, (int)Math.Clamp(end - start, 0, FromLine.MaxLength + Marker.MaxLength + FlagField.MaxLength + 2));
        var line = bytes.IndexOf((byte)'\n');
        if (line < 0 || !FromLine.TryParse(bytes[..line].TrimEnd((byte)'\r'), out var date))
            return null;
        var rest = bytes[(line + 1)..];
        var next = rest.IndexOf((byte)'\n');
        if (next < 0 || Marker.Parse(rest[..next]) is not { } marker)
            return new MailHead(start, start + line + 1, date, null) { MarkerEnd = start + line + 1 };
        rest = rest[(next + 1)..];
        var markerEnd = start + line + next + 2;
        var flags = FlagField.LengthAtStart(rest);
        return new MailHead(start, markerEnd + flags, date, marker) { MarkerEnd = markerEnd, Flags = flags == 0 ? MailFlags.None : FlagField.Parse(Encoding.Latin1.GetString(rest[..flags])) };
    }
}
