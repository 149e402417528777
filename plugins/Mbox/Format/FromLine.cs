using System.Globalization;
using System.Text;

namespace MailStore.Mbox.Format;

/// <summary>The line that begins a mail in an mbox file (RFC 4155): <c>From sender  asctime-date</c>.</summary>
internal static class FromLine
{
    /// <summary>A line that is longer begins no mail.</summary>
    public const int MaxLength = 1000;

    private const string NullSender = "MAILER-DAEMON";
    private const int MaxSender = 320;

    private static readonly string[] Months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    private static readonly string[] Days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

    public static ReadOnlySpan<byte> Start => "From "u8;

    /// <summary>Writes the line, in UTC.</summary>
    /// <param name="sender">From outside: white space, which ends it for readers, and control characters are replaced.</param>
    /// <param name="arrival">When it arrived.</param>
    public static byte[] Format(string sender, DateTimeOffset arrival)
    {
        var name = new StringBuilder();
        foreach (var c in sender.Length == 0 ? NullSender : sender.AsSpan(0, Math.Min(sender.Length, MaxSender)))
            name.Append(char.IsWhiteSpace(c) || char.IsControl(c) || char.IsSurrogate(c) ? '_' : c);
        var at = arrival.UtcDateTime;
        return Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"From {name} {Days[(int)at.DayOfWeek]} {Months[at.Month - 1]} {at.Day,2} {at:HH:mm:ss yyyy}\n"));
    }

    /// <summary>Whether a line begins a mail: <c>From </c> and a date, as readers ask for, so that a line of text which nobody quoted does not.</summary>
    /// <param name="line">Without its end.</param>
    /// <param name="date">The date, of no time zone.</param>
    public static bool TryParse(ReadOnlySpan<byte> line, out DateTime date)
    {
        date = default;
        if (line.Length > MaxLength || !line.StartsWith(Start))
            return false;
        var words = Encoding.Latin1.GetString(line).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        // from the end: what stands before is the sender's
        for (var i = words.Length - 5; i >= 1; i--)
        {
            if (Array.IndexOf(Days, words[i]) >= 0 && Array.IndexOf(Months, words[i + 1]) is >= 0 and var month && TryParse(words.AsSpan(i + 2), month + 1, out date))
                return true;
        }

        return false;
    }

    // '3 12:34:56 2026', '3 12:34 MET 2026', '3 12:34:56 2026 +0100'
    private static bool TryParse(ReadOnlySpan<string> words, int month, out DateTime date)
    {
        date = default;
        if (!int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var day)
            || !TimeOnly.TryParseExact(words[1], ["H:mm:ss", "H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return false;
        foreach (var word in words[2..])
        {
            if (word.Length == 4 && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year > 0 && day >= 1 && day <= DateTime.DaysInMonth(year, month))
            {
                date = new DateOnly(year, month, day).ToDateTime(time);
                return true;
            }
        }

        return false;
    }
}
