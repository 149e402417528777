using System.Buffers.Binary;
using System.Text;

namespace MailStore.Host.Commands.Importing;

/// <summary>Names of folders as they stand in a Maildir++ (RFC 3501, 5.1.3).</summary>
internal static class ModifiedUtf7
{
    /// <returns>The name as it is where it is no modified UTF-7.</returns>
    public static string Decode(string name)
    {
        var decoded = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] != '&')
            {
                decoded.Append(name[i]);
                continue;
            }

            var end = name.IndexOf('-', i);
            if (end < 0 || !TryDecode(name[(i + 1)..end], decoded))
                return name;
            i = end;
        }

        return decoded.ToString();
    }

    private static bool TryDecode(string encoded, StringBuilder decoded)
    {
        if (encoded.Length == 0)
        {
            decoded.Append('&');
            return true;
        }

        var base64 = encoded.Replace(',', '/');
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '='), bytes, out var count) || count % 2 != 0)
            return false;
        for (var i = 0; i < count; i += 2)
            decoded.Append((char)BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(i)));
        return true;
    }
}
