using System.Text;

namespace MailStore.Host.Tests.Lmtp;

/// <summary>
/// A dialogue as text. <c>C:</c> is a line of the client, sent with CR LF; <c>S:</c> a line of the server, where <c>…</c> at the end stands for
/// anything; <c>M:</c> a mail that came to delivery, as <c>sender -> recipients (protocol)</c>; <c>B:</c> lines of its content, each with LF.
/// <c>#</c> is a comment. <c>\r \n \0 \xHH \\</c> are escapes in <c>C:</c> and <c>B:</c>; a <c>\</c> at the end leaves the line end out;
/// <c>{a*1000}</c> repeats.
/// </summary>
internal sealed class Dialogue
{
    private Dialogue(IReadOnlyList<(bool IsClient, string Text)> steps, IReadOnlyList<string> mails)
    {
        Steps = steps;
        Mails = mails;
    }

    /// <summary>Of the client: one character a byte. Of the server: a line or its start.</summary>
    public IReadOnlyList<(bool IsClient, string Text)> Steps { get; }

    /// <summary>Envelope, LF, content.</summary>
    public IReadOnlyList<string> Mails { get; }

    public static Dialogue Parse(string text)
    {
        var steps = new List<(bool, string)>();
        var mails = new List<string>();
        foreach (var line in text.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var rest = line.Length > 3 ? line[3..] : "";
            switch (line[..2])
            {
                case "C:":
                    steps.Add((true, Unescape(rest, "\r\n")));
                    break;
                case "S:":
                    steps.Add((false, rest));
                    break;
                case "M:":
                    mails.Add(rest + "\n");
                    break;
                case "B:":
                    mails[^1] += Unescape(rest, "\n");
                    break;
                default:
                    throw new FormatException($"not a line of a dialogue: {line}");
            }
        }

        return new Dialogue(steps, mails);
    }

    private static string Unescape(string text, string lineEnd)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '{' && text.IndexOf('}', i) is > 0 and var close && text.IndexOf('*', i) is > 0 and var star && star < close)
            {
                result.Insert(result.Length, text[(i + 1)..star], int.Parse(text.AsSpan((star + 1)..close), null));
                i = close;
            }
            else if (text[i] != '\\')
            {
                result.Append(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text[i].ToString())));
            }
            else if (i + 1 == text.Length)
            {
                return result.ToString();
            }
            else if (text[++i] == 'x')
            {
                result.Append((char)Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                result.Append(text[i] switch { 'r' => '\r', 'n' => '\n', '0' => '\0', var other => other });
            }
        }

        return result.Append(lineEnd).ToString();
    }
}
