using System.Globalization;
using System.Text;

namespace MailStore.Dialogues;

/// <summary>Bytes as text: <c>\r \n \t \0 \xHH \\</c>, <c>{x*1000}</c>, everything else as UTF-8. A <c>\</c> at the end leaves out the line end.</summary>
internal static class Escapes
{
    public static byte[] Decode(string text, string lineEnd)
    {
        var bytes = new List<byte>(text.Length + 2);
        if (DecodeInto(bytes, text))
            bytes.AddRange(Encoding.ASCII.GetBytes(lineEnd));
        return [.. bytes];
    }

    /// <summary>Readable, one line, and cut where it is long.</summary>
    public static string Show(ReadOnlySpan<byte> bytes)
    {
        const int most = 200;
        var text = new StringBuilder();
        foreach (var current in bytes[..Math.Min(bytes.Length, most)])
        {
            text.Append(current switch
            {
                (byte)'\r' => "\\r",
                (byte)'\n' => "\\n",
                (byte)'\\' => "\\\\",
                0 => "\\0",
                < 32 or >= 127 => $"\\x{current:X2}",
                _ => ((char)current).ToString(),
            });
        }

        return bytes.Length > most ? string.Create(CultureInfo.InvariantCulture, $"{text}… ({bytes.Length} bytes)") : text.ToString();
    }

    /// <returns>Whether the line end belongs to it.</returns>
    private static bool DecodeInto(List<byte> bytes, string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '{' && text.IndexOf('}', i) is > 0 and var close && text.LastIndexOf('*', close) is var star && star > i)
            {
                var times = int.Parse(text.AsSpan((star + 1)..close), NumberStyles.None, CultureInfo.InvariantCulture);
                var piece = Decode(text[(i + 1)..star], "");
                for (var n = 0; n < times; n++)
                    bytes.AddRange(piece);
                i = close;
            }
            else if (text[i] != '\\')
            {
                var length = char.IsHighSurrogate(text[i]) ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, length)));
                i += length - 1;
            }
            else if (i + 1 == text.Length)
            {
                return false;
            }
            else if (text[++i] == 'x')
            {
                bytes.Add(Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                bytes.Add(text[i] switch
                {
                    'r' => (byte)'\r',
                    'n' => (byte)'\n',
                    't' => (byte)'\t',
                    '0' => 0,
                    '\\' => (byte)'\\',
                    var other => throw new FormatException($"no such escape: \\{other}"),
                });
            }
        }

        return true;
    }
}
