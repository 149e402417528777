namespace MailStore.S3.Keys;

/// <summary>
/// What a folder is in keys: <c>INBOX/</c>, <c>folders/Lists.Rust/</c>. So that a listing, which goes by the bytes of keys, begins with the inbox and goes on
/// folder by folder.
/// </summary>
internal static class FolderKey
{
    public const string Inbox = "INBOX/";

    private const string Folders = "folders/";
    private const int MaxLength = 200;

    /// <summary>The part of keys for a folder.</summary>
    /// <param name="folder">From outside.</param>
    /// <returns>Null where no folder can have this name: mail for it goes to the inbox.</returns>
    public static string? ToKey(string folder)
    {
        if (folder.Length is 0 or > MaxLength || folder.Equals("INBOX", StringComparison.OrdinalIgnoreCase) || string.IsNullOrWhiteSpace(folder))
            return null;
        if (folder.StartsWith('.') || folder.EndsWith('.') || folder.Contains("..", StringComparison.Ordinal) || folder.Contains('/') || folder.Any(char.IsControl))
            return null;
        var escaped = KeyEscape.Escape(folder);
        return escaped.Length <= MaxLength && KeyEscape.Unescape(escaped) == folder ? $"{Folders}{escaped}/" : null;
    }

    /// <summary>Reads the part of a key before the mail's name.</summary>
    /// <param name="key">With its last slash.</param>
    /// <param name="folder">Null for the inbox.</param>
    /// <returns>Whether it is the inbox or a folder.</returns>
    public static bool TryParse(string key, out string? folder)
    {
        folder = null;
        if (key == Inbox)
            return true;
        if (!key.StartsWith(Folders, StringComparison.Ordinal) || !key.EndsWith('/') || key.Length < Folders.Length + 2)
            return false;
        folder = KeyEscape.Unescape(key[Folders.Length..^1]);
        return folder is not null && ToKey(folder) == key;
    }
}
