using System.Text;

namespace MailStore.EndToEnd.Tests.Formats;

/// <summary>Reads an mboxrd file by the rules alone: a line that starts with 'From ' begins a mail, an empty one ends it, '>From ' loses one '>'.</summary>
internal static class MboxFile
{
    public static List<byte[]> Read(string path)
    {
        var mails = new List<StringBuilder>();
        foreach (var line in File.ReadAllText(path, Encoding.Latin1).Split('\n')[..^1])
        {
            if (line.StartsWith("From ", StringComparison.Ordinal))
                mails.Add(new StringBuilder());
            else
                mails[^1].Append(line.TrimStart('>').StartsWith("From ", StringComparison.Ordinal) ? line[1..] : line).Append('\n');
        }

        return mails.ConvertAll(mail => Encoding.Latin1.GetBytes(mail.ToString(0, mail.Length - 1)));
    }
}
