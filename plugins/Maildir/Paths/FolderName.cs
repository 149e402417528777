using System.Buffers.Binary;
using System.Text;

namespace MailStore.Maildir.Paths;

/// <summary>
/// Names of Maildir++ folders: <c>Lists.Rust</c> is the directory <c>.Lists.Rust</c>. What is not printable ASCII is written in the modified UTF-7
/// of IMAP (RFC 3501, 5.1.3), as Courier and Dovecot do.
/// </summary>
internal static class FolderName
{
    /// <summary>Of the directory; the same as a name of a file in it takes no more.</summary>
    private const int MaxBytes = 200;

    /// <summary>The directory of a folder.</summary>
    /// <param name="folder">From outside.</param>
    /// <returns>Null where no folder can have this name: mail for it goes to the inbox.</returns>
    public static string? ToDirectory(string folder)
    {
        if (folder.Length is 0 or > MaxBytes || folder.Equals("INBOX", StringComparison.OrdinalIgnoreCase))
            return null;
        if (folder.StartsWith('.') || folder.EndsWith('.') || folder.Contains("..", StringComparison.Ordinal))
            return null;
        if (folder.Contains('/') || folder.Any(char.IsControl))
            return null;
        foreach (var rune in folder.EnumerateRunes())
        {
            // stands for half a surrogate pair too
            if (rune == Rune.ReplacementChar)
                return null;
        }

        var directory = "." + Encode(folder);
        return directory.Length <= MaxBytes ? directory : null;
    }

    /// <summary>The folder of a directory; null if the directory is none that <see cref="ToDirectory"/> gives.</summary>
    public static string? FromDirectory(string directory)
    {
        if (directory.Length < 2 || directory[0] != '.')
            return null;
        var folder = Decode(directory.AsSpan(1));
        return folder is not null && ToDirectory(folder) == directory ? folder : null;
    }

    private static string Encode(string folder)
    {
        var encoded = new StringBuilder(folder.Length + 8);
        for (var i = 0; i < folder.Length;)
        {
            if (folder[i] is >= ' ' and <= '~')
            {
                encoded.Append(folder[i] == '&' ? "&-" : folder[i].ToString());
                i++;
                continue;
            }

            var end = i;
            while (end < folder.Length && folder[end] is not (>= ' ' and <= '~'))
                end++;
            var base64 = Convert.ToBase64String(Encoding.BigEndianUnicode.GetBytes(folder[i..end])).TrimEnd('=').Replace('/', ',');
            encoded.Append('&').Append(base64).Append('-');
            i = end;
        }

        return encoded.ToString();
    }

    private static string? Decode(ReadOnlySpan<char> encoded)
    {
        var decoded = new StringBuilder(encoded.Length);
        while (encoded.IndexOf('&') is >= 0 and var start)
        {
            decoded.Append(encoded[..start]);
            encoded = encoded[(start + 1)..];
            var end = encoded.IndexOf('-');
            if (end < 0)
                return null;
            var base64 = encoded[..end].ToString().Replace(',', '/');
            var bytes = new byte[base64.Length];
            if (!Convert.TryFromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '='), bytes, out var count) || count % 2 != 0)
                return null;
            for (var i = 0; i < count; i += 2)
                decoded.Append((char)BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(i)));
            if (end == 0)
                decoded.Append('&');
            encoded = encoded[(end + 1)..];
        }

        return decoded.Append(encoded).ToString();
    }
}
