using System.Globalization;

namespace Company.Module1;

/// <summary>By what a mail is known: <c>ARRIVAL-RANDOM</c>, arrival in milliseconds since 1970. Always of one length, and in the order of arrival when sorted.</summary>
internal static class MailId
{
    private const int Digits = 13;
    private const int Length = Digits + 1 + 32;

    public static string New(DateTimeOffset arrival) =>
        string.Create(CultureInfo.InvariantCulture, $"{arrival.ToUnixTimeMilliseconds():D13}-{Guid.NewGuid():n}");

    /// <summary>When the mail arrived; null if this is no id. Ids come from outside: what is none must never become part of a path.</summary>
    public static DateTimeOffset? ArrivalOf(string id) =>
        id.Length == Length && id[Digits] == '-' && id.AsSpan(Digits + 1).IndexOfAnyExcept("0123456789abcdef") < 0
        && long.TryParse(id.AsSpan(0, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out var arrival)
            ? DateTimeOffset.FromUnixTimeMilliseconds(arrival)
            : null;
}
