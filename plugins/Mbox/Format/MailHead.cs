using Microsoft.Win32.SafeHandles;

namespace MailStore.Mbox.Format;

/// <summary>The first lines of a mail in a file: <c>From </c>, and the marker where this module wrote it.</summary>
/// <param name="Start">Where the mail begins in the file.</param>
/// <param name="Content">Where its content begins, behind these lines.</param>
/// <param name="Date">Of the <c>From </c> line.</param>
/// <param name="Marker">Null for a mail of another program.</param>
internal sealed record MailHead(long Start, long Content, DateTime Date, Marker? Marker)
{
    /// <summary>Where the mail ends if nobody has changed it.</summary>
    public long? ExpectedEnd => Marker is null ? null : Content + Marker.Stored;

    /// <summary>Where the character is that confirms it.</summary>
    public long Confirmation => Content - 2;

    /// <summary>When it arrived; other programs write their local time.</summary>
    public DateTimeOffset Arrival => Marker is null
        ? new DateTimeOffset(DateTime.SpecifyKind(Date, DateTimeKind.Unspecified), TimeZoneInfo.Local.GetUtcOffset(Date))
        : new DateTimeOffset(Date, TimeSpan.Zero);

    /// <summary>Reads what begins there; null if it is no mail.</summary>
    public static MailHead? Read(SafeFileHandle file, long start, long end)
    {
        Span<byte> buffer = stackalloc byte[FromLine.MaxLength + Marker.MaxLength + 2];
        var length = RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, end - start)], start);
        var bytes = buffer[..length];
        var line = bytes.IndexOf((byte)'\n');
        if (line < 0 || !FromLine.TryParse(bytes[..line].TrimEnd((byte)'\r'), out var date))
            return null;
        var rest = bytes[(line + 1)..];
        var next = rest.IndexOf((byte)'\n');
        var marker = next < 0 ? null : Marker.Parse(rest[..next]);
        return new MailHead(start, start + line + 1 + (marker is null ? 0 : next + 1), date, marker);
    }
}
