using MailStore.Sdk;

namespace MailStore.Mbox.Reading;

/// <summary>The fields in which mail programs keep flags: <c>Status</c> (R read, O old) and <c>X-Status</c> (A answered, F flagged, D removed, T draft).</summary>
internal static class FlagField
{
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
}
