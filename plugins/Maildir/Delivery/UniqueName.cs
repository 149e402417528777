using System.Globalization;
using System.Text;

namespace MailStore.Maildir.Delivery;

/// <summary>
/// Names that no other file has, on whatever host: seconds, <c>M</c> microseconds, <c>P</c> process, <c>Q</c> a count that never repeats in the process,
/// <c>R</c> a random number (in containers pid 1 and the host's name repeat), and the host's name. Sorted, they are in order of arrival.
/// </summary>
internal static class UniqueName
{
    private const int MaxHost = 100;

    private static readonly string Host = EscapeHost(Environment.MachineName);
    private static long _count;

    /// <summary>Makes a name.</summary>
    /// <param name="now">The time.</param>
    /// <param name="suffix">What readers of Maildirs take from the name, as <c>,S=100,W=104</c>.</param>
    public static string Next(DateTimeOffset now, string suffix)
    {
        var count = Interlocked.Increment(ref _count);
        var microseconds = now.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{now.ToUnixTimeSeconds()}.M{microseconds:D6}P{Environment.ProcessId}Q{count}R{Random.Shared.NextInt64():x16}.{Host}{suffix}");
    }

    /// <summary>Makes a name for a mail.</summary>
    /// <param name="arrival">When it arrived, by which readers and this module order mails.</param>
    /// <param name="size">As stored.</param>
    /// <param name="sizeCrLf">With CR LF: IMAP's RFC822.SIZE.</param>
    public static string ForMail(DateTimeOffset arrival, long size, long sizeCrLf) =>
        Next(arrival > DateTimeOffset.UnixEpoch ? arrival : DateTimeOffset.UnixEpoch, string.Create(CultureInfo.InvariantCulture, $",S={size},W={sizeCrLf}"));

    /// <summary>Escapes what has a meaning in names: as others do '/' and ':', and the comma, which begins the sizes.</summary>
    internal static string EscapeHost(string host)
    {
        var escaped = new StringBuilder(host.Length);
        foreach (var b in Encoding.UTF8.GetBytes(host))
        {
            var isPlain = char.IsAsciiLetterOrDigit((char)b) || b is (byte)'.' or (byte)'-' or (byte)'_';
            escaped.Append(isPlain ? ((char)b).ToString() : $@"\{Convert.ToString(b, 8).PadLeft(3, '0')}");
        }

        return escaped.Length switch
        {
            0 => "localhost",
            > MaxHost => escaped.ToString(0, MaxHost),
            _ => escaped.ToString(),
        };
    }
}
