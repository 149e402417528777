using System.Globalization;
using System.Text;

namespace MailStore.EndToEnd.Tests.Moving;

/// <summary>A mail of a test, which says itself whose it is and which one.</summary>
internal static class SentMail
{
    public static byte[] Of(string user, string id) => Encoding.ASCII.GetBytes(
        $"From: sender@example.net\r\nSubject: {id}\r\nX-User: {user}\r\n\r\n{string.Join("\r\n", Enumerable.Range(0, 20).Select(line => $"{id} {line}"))}\r\nFrom here on\r\n.\r\n");

    /// <summary>The id of a stored mail of this user, which must be whole and his.</summary>
    public static string IdOf(string user, byte[] stored)
    {
        var mail = Encoding.ASCII.GetString(StoredMaildir.Open(stored).Mail);
        var id = mail.Split('\n').Single(line => line.StartsWith("Subject: ", StringComparison.Ordinal))["Subject: ".Length..];
        Assert.Equal(Encoding.ASCII.GetString(Of(user, id)).Replace("\r\n", "\n", StringComparison.Ordinal), mail);
        return id;
    }

    public static string UserName(int number) => string.Create(CultureInfo.InvariantCulture, $"user{number}@example.org");
}
