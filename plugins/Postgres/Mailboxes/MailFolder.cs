using System.Text;
using MailStore.Sdk;

namespace MailStore.Postgres.Mailboxes;

/// <summary>Names of folders, and other text from outside that goes into columns.</summary>
internal static class MailFolder
{
    private const int MaxLength = 200;

    /// <summary>The folder that a mail goes to; empty for the inbox.</summary>
    public static string Of(Mail mail, bool detailFolders) => Of(mail.Folder ?? (detailFolders ? mail.Detail : null));

    /// <summary>The same for a folder that was named.</summary>
    public static string Of(string? wanted) => wanted is not null && IsName(wanted) ? wanted : "";

    /// <summary>What PostgreSQL can store of a text: no NUL, no half of a surrogate pair.</summary>
    public static string Clean(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            text = text.Replace('\0', '\ufffd');
        return text.Any(char.IsSurrogate) ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;
    }

    /// <summary>Whether a folder can have this name.</summary>
    public static bool IsName(string folder) =>
        folder.Length is > 0 and <= MaxLength
        && !folder.Equals("INBOX", StringComparison.OrdinalIgnoreCase)
        && folder[0] != '.' && folder[^1] != '.' && !folder.Contains("..", StringComparison.Ordinal)
        && !folder.Contains('/') && !folder.Any(char.IsControl)
        && Clean(folder) == folder;
}
