using System.Text;
using MailStore.Sdk;

namespace MailStore.Mbox.Format;

/// <summary>The fields in which mail programs keep flags: <c>Status</c> (R read, O old) and <c>X-Status</c> (A answered, F flagged, D removed, T draft).</summary>
internal static class FlagField
{
    /// <summary>What these fields can hold.</summary>
    public const MailFlags Kept = MailFlags.Seen | MailFlags.Answered | MailFlags.Flagged | MailFlags.Deleted | MailFlags.Draft;

    /// <summary>Of the lines that this module writes.</summary>
    public const int MaxLength = 40;

    private static readonly (MailFlags Flag, char Letter)[] Others =
        [(MailFlags.Answered, 'A'), (MailFlags.Flagged, 'F'), (MailFlags.Draft, 'T'), (MailFlags.Deleted, 'D')];

    /// <summary>The lines for these flags; none for a mail that nobody touched.</summary>
    public static byte[] Format(MailFlags flags)
    {
        flags &= Kept;
        if (flags == MailFlags.None)
            return [];
        var others = string.Concat(Others.Where(other => flags.HasFlag(other.Flag)).Select(other => other.Letter));
        return Encoding.ASCII.GetBytes($"Status: {(flags.HasFlag(MailFlags.Seen) ? "RO" : "O")}\n{(others.Length == 0 ? "" : $"X-Status: {others}\n")}");
    }

    /// <summary>How much at the start of a text are lines as <see cref="Format"/> writes them.</summary>
    public static int LengthAtStart(ReadOnlySpan<byte> text)
    {
        var length = LineAtStart(text, "Status: "u8);
        return length == 0 ? 0 : length + LineAtStart(text[length..], "X-Status: "u8);
    }

    /// <summary>Whether a line of a header is one of them.</summary>
    public static bool IsOne(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        var name = colon < 0 ? [] : line[..colon].TrimEnd(" \t"u8);
        return Ascii.EqualsIgnoreCase(name, "status"u8) || Ascii.EqualsIgnoreCase(name, "x-status"u8);
    }

    public static MailFlags Parse(string fields)
    {
        var flags = MailFlags.None;
        foreach (var line in fields.Split('\n'))
        {
            var colon = line.IndexOf(':');
            var name = colon < 0 ? "" : line[..colon].Trim();
            var isStatus = name.Equals("Status", StringComparison.OrdinalIgnoreCase);
            if (!isStatus && !name.Equals("X-Status", StringComparison.OrdinalIgnoreCase))
                continue;
            foreach (var letter in line[(colon + 1)..])
            {
                flags |= letter switch
                {
                    'R' when isStatus => MailFlags.Seen,
                    'A' => MailFlags.Answered,
                    'F' => MailFlags.Flagged,
                    'D' => MailFlags.Deleted,
                    'T' => MailFlags.Draft,
                    _ => MailFlags.None,
                };
            }
        }

        return flags;
    }

    private static int LineAtStart(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        if (!text.StartsWith(name))
            return 0;
        var end = text.IndexOf((byte)'\n');
        return end >= 0 && end < MaxLength / 2 && !text[name.Length..end].ContainsAnyExceptInRange((byte)'A', (byte)'Z') ? end + 1 : 0;
    }
}
