using System.Security.Cryptography;
using System.Text;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Formats;

/// <summary>The real mails, as an MTA sends them and as they are stored.</summary>
internal static class RealMails
{
    public const int Count = 300;

    public static List<byte[]> Read()
    {
        var mails = Directory.GetFiles(RepositoryRoot.RealMails!, "*.eml").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        Assert.Equal(Count, mails.Count);
        return mails;
    }

    public static byte[] WithLf(byte[] mail) => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(WithCrLf(mail)).Replace("\r\n", "\n", StringComparison.Ordinal));

    /// <summary>As an MTA sends it: every line, the last one too, ends in CR LF.</summary>
    public static byte[] WithCrLf(byte[] mail)
    {
        var text = Encoding.Latin1.GetString(mail).Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes(text.EndsWith("\r\n", StringComparison.Ordinal) || text.Length == 0 ? text : text + "\r\n");
    }

    public static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
