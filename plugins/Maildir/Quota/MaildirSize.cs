using System.Globalization;
using System.Text;
using MailStore.Maildir.Delivery;
using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;

namespace MailStore.Maildir.Quota;

/// <summary>
/// The file <c>maildirsize</c> of Maildir++, which Dovecot and Courier read and write as well: the limit, then lines of bytes and mails to
/// add up. A line is appended in one write.
/// </summary>
/// <param name="Limit">The limit that it was counted for.</param>
/// <param name="Sum">The sum of its lines.</param>
/// <param name="Modified">When somebody last wrote to it.</param>
internal sealed record MaildirSize(QuotaLimit Limit, Usage Sum, DateTimeOffset Modified)
{
    public const string Name = "maildirsize";

    // by Maildir++: a longer one is due for a new count
    private const int MaxLength = 5120;

    /// <summary>Reads it; null where it is missing, too long or damaged, and must be counted anew.</summary>
    public static MaildirSize? Read(Descriptor home)
    {
        using var file = Posix.TryOpenFile(home, Name);
        if (file is null || FileStatus.Of(file) is not { IsRegular: true } status)
            return null;
        Span<byte> buffer = stackalloc byte[MaxLength + 1];
        return FileContent.Read(file, buffer) is { } length ? Parse(Encoding.ASCII.GetString(buffer[..length]), status.Modified) : null;
    }

    /// <summary>Reads its text: <c>1000S,10C</c>, or one of the two, then lines such as <c>-500 -1</c>, padded at will.</summary>
    public static MaildirSize? Parse(string text, DateTimeOffset modified)
    {
        // a last line without its end is still being written, or was cut off by a full disk
        if (!text.EndsWith('\n'))
            return null;
        var lines = text.Split('\n');
        if (ParseLimit(lines[0]) is not { } limit)
            return null;
        var sum = default(Usage);
        foreach (var line in lines.AsSpan(1))
        {
            if (line.Length == 0)
                continue;
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length != 2 || !TryNumber(fields[0], out var bytes) || !TryNumber(fields[1], out var count))
                return null;
            sum += new Usage(bytes, count);
        }

        return sum is { Bytes: >= 0, Count: >= 0 } ? new MaildirSize(limit, sum, modified) : null;
    }

    /// <summary>Writes it anew, whole or not at all. Not synced: what a power cut takes is counted again.</summary>
    public static void Write(Descriptor home, QuotaLimit limit, Usage usage, Ownership? ids)
    {
        using var tmp = Posix.OpenDirectory(home, MaildirTree.Tmp);
        var temporary = UniqueName.Next(TimeProvider.System.GetUtcNow(), "");
        var bytes = limit.Bytes is { } most ? $"{most}S" : null;
        var count = limit.Count is { } mails ? $"{mails}C" : null;
        var text = $"{string.Join(',', new[] { bytes, count }.OfType<string>())}\n{LineOf(usage)}";
        try
        {
            using var file = Posix.CreateFile(tmp, temporary, Modes.File);
            ids?.ApplyTo(file);
            FileContent.Write(file, Encoding.ASCII.GetBytes(text));
            file.CloseChecked();
            Posix.Rename(tmp, temporary, home, Name);
        }
        catch (PosixException)
        {
            Posix.Unlink(tmp, temporary);
            throw;
        }
    }

    /// <summary>Adds a mail, if the file is there; if not, it is counted when it is next needed.</summary>
    public static void Append(Descriptor home, Usage usage)
    {
        using var file = Posix.TryOpenForAppend(home, Name);
        // a second link may have been made by the user, who would have root write to somebody else's file
        if (file is not null && FileStatus.Of(file) is { IsRegular: true, Links: 1 })
            FileContent.Write(file, Encoding.ASCII.GetBytes(LineOf(usage)));
    }

    /// <summary>Has it counted anew when it is next needed.</summary>
    public static void Discard(Descriptor home) => Posix.Unlink(home, Name);

    private static string LineOf(Usage usage) => string.Create(CultureInfo.InvariantCulture, $"{usage.Bytes} {usage.Count}\n");

    private static QuotaLimit? ParseLimit(string line)
    {
        var limit = default(QuotaLimit);
        foreach (var part in line.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Length < 2 || !TryNumber(part[..^1], out var number))
                return null;
            long? value = number == 0 ? null : number;
            switch (part[^1])
            {
                case 'S':
                    limit = limit with { Bytes = value };
                    break;
                case 'C':
                    limit = limit with { Count = value };
                    break;
                default:
                    return null;
            }
        }

        return limit;
    }

    private static bool TryNumber(string text, out long number) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
}
