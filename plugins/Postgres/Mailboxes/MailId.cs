using System.Globalization;

namespace MailStore.Postgres.Mailboxes;

/// <summary>The id of a mail as the host knows it: its number.</summary>
internal static class MailId
{
    public static string Of(long id) => id.ToString(CultureInfo.InvariantCulture);

    /// <summary>Null for what is no id, also for a number that is written in another way.</summary>
    public static long? Parse(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Of(id) == text ? id : null;
}
