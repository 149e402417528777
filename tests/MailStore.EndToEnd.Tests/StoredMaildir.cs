using System.Text;

namespace MailStore.EndToEnd.Tests;

/// <summary>What stands in a Maildir, read by nothing of ours.</summary>
internal static class StoredMaildir
{
    public static IReadOnlyList<string> Files(string home) =>
        !Directory.Exists(home) ? [] : [.. new[] { "new", "cur" }.SelectMany(part => Directory.GetFiles(Path.Combine(home, part)))];

    public static int LeftInTmp(string home) => Directory.GetFiles(Path.Combine(home, "tmp")).Length;

    /// <summary>Takes the headers off that MailStore adds, after a look at their order.</summary>
    public static (Dictionary<string, string> Added, byte[] Mail) Open(string file) => Open(File.ReadAllBytes(file));

    /// <inheritdoc cref="Open(string)"/>
    public static (Dictionary<string, string> Added, byte[] Mail) Open(byte[] bytes)
    {
        var added = new Dictionary<string, string>();
        var position = 0;
        foreach (var name in (string[])["Return-Path", "Delivered-To", "X-Original-To", "Original-Recipient", "Received"])
        {
            // only where the MTA told one by ORCPT
            if (name == "Original-Recipient" && !bytes.AsSpan(position).StartsWith("Original-Recipient:"u8))
                continue;
            var text = new StringBuilder();
            do
            {
                var end = Array.IndexOf(bytes, (byte)'\n', position) + 1;
                text.Append(Encoding.UTF8.GetString(bytes, position, end - position - 1));
                position = end;
            }
            // the date is its end: the mail itself may begin with a blank
            while (!text.ToString().EndsWith(" +0000", StringComparison.Ordinal) && position < bytes.Length && bytes[position] is (byte)'\t' or (byte)' ');
            Assert.StartsWith(name + ": ", text.ToString(), StringComparison.Ordinal);
            added[name] = text.ToString()[(name.Length + 2)..];
        }

        return (added, bytes[position..]);
    }
}
