using System.Text;
using MailStore.Sdk;

namespace MailStore.LiteDb.Mails;

/// <summary>Names of folders. They stand in the keys of mails, of which LiteDB takes up to 1023 bytes.</summary>
internal static class MailFolder
{
    private const int MaxLength = 200;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The folder that a mail goes to; empty for the inbox.</summary>
    public static string Of(Mail mail, bool hasDetailFolders) => Of(mail.Folder ?? (hasDetailFolders ? mail.Detail : null));

    /// <summary>The same for a folder that was named.</summary>
    public static string Of(string? wanted) => wanted is not null && IsName(wanted) ? wanted : "";

    /// <summary>Whether a folder can have this name.</summary>
    public static bool IsName(string folder) =>
        folder.Length is > 0 and <= MaxLength
        && !folder.Equals("INBOX", StringComparison.OrdinalIgnoreCase)
        && folder[0] != '.' && folder[^1] != '.' && !folder.Contains("..", StringComparison.Ordinal)
        && !folder.Contains('/') && !folder.Any(char.IsControl)
        && IsText(folder);

    private static bool IsText(string folder)
    {
        try
        {
            _ = Strict.GetByteCount(folder);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
