using System.Globalization;
using System.Text;
using MailStore.Tests;
using MailStore.Tests.Formats;

namespace MailStore.EndToEnd.Tests.Formats;

/// <summary>Fills a mailbox that exists with many mails: directly where that is much faster than a delivery of each, and as a delivery leaves them.</summary>
internal static class LongMailbox
{
    private const int Connections = 32;

    private static readonly byte[] Mail = "Subject: one of many\r\n\r\nhello\r\n"u8.ToArray();

    public static Task FillAsync(StorageFormat format, TestPlace place, FormatServers servers, ServerProcess server, string user, int count) => format.Mda switch
    {
        "maildir" => Task.Run(() => FillMaildir(place.MaildirOf(user), count)),
        "mbox" => FillMboxAsync(place, server, user, count),
        "postgres" => FillPostgresAsync(place, servers, user, count),
        _ => DeliverAsync(server, user, count),
    };

    public static async Task DeliverAsync(ServerProcess server, string user, int count)
    {
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(Connections, count)).Select(async _ =>
        {
            await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
            while (Interlocked.Increment(ref next) <= count)
                Assert.Equal(250, Assert.Single(await client.SendMailAsync("sender@example.net", [user], Mail)).Code);
        }));
    }

    /// <summary>Half of them seen by their owner.</summary>
    public static void FillMaildir(string home, int count)
    {
        var mail = Encoding.ASCII.GetBytes("Subject: one of many\n\nhello\n");
        var start = DateTimeOffset.UtcNow.AddDays(-1);
        for (var i = 0; i < count; i++)
        {
            var arrival = start.AddMilliseconds(i * 700L);
            var name = string.Create(
                CultureInfo.InvariantCulture, $"{arrival.ToUnixTimeSeconds()}.M{arrival.Millisecond:D3}000P1234Q{i}R00112233445566{i % 100:D2}.mail.example.org,S={mail.Length},W={mail.Length + 3}");
            var path = Path.Combine(home, i % 2 == 0 ? "new" : "cur", i % 2 == 0 ? name : name + ":2,S");
            File.WriteAllBytes(path, mail);
            File.SetLastWriteTimeUtc(path, arrival.UtcDateTime);
        }
    }

    /// <summary>Of 4 KB each; every second one is marked as seen, as a mail program does it.</summary>
    private static async Task FillMboxAsync(TestPlace place, ServerProcess server, string user, int count)
    {
        var path = Path.Combine(place.DataDirectory, "mbox", user.Split('@')[1], user.Split('@')[0]);
        var before = (int)new FileInfo(path).Length;
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        var mail = Encoding.ASCII.GetBytes($"Subject: one of many\r\n\r\n{string.Concat(Enumerable.Repeat("a line of text, as mails have them, of seventy bytes\r\n", 75))}");
        Assert.Equal(250, Assert.Single(await client.SendMailAsync("sender@example.net", [user], mail)).Code);
        var text = (await File.ReadAllTextAsync(path))[before..];
        var id = text.Split("X-MailStore: ")[1].Split(' ')[0];
        await using var file = File.AppendText(path);
        for (var i = 1; i < count; i++)
        {
            var copy = text.Replace(id, i.ToString("x32", CultureInfo.InvariantCulture), StringComparison.Ordinal);
            await file.WriteAsync(i % 2 == 0 ? copy : copy.Replace("Subject: ", "Status: RO\nX-UID: 7\nSubject: ", StringComparison.Ordinal));
        }
    }

    private static async Task FillPostgresAsync(TestPlace place, FormatServers servers, string user, int count)
    {
        var schema = File.ReadLines(place.ConfigurationFile).First(line => line.StartsWith("schema = ", StringComparison.Ordinal)).Split('"')[1];
        await servers.Postgres.PsqlAsync(string.Create(CultureInfo.InvariantCulture, $"""
            WITH box AS (SELECT box FROM {schema}.mailboxes WHERE username = '{user}'),
            mails AS (
                INSERT INTO {schema}.mails (box, id, folder, arrival, size, flags, delivery, sender, recipient)
                SELECT box, nextval('{schema}.mail_ids'), '', now() - (i * interval '700 ms'), 28, 0, 'filled' || i, 'sender@example.net', '{user}'
                FROM box, generate_series(1, {count}) AS i RETURNING box, id)
            INSERT INTO {schema}.chunks (box, mail, chunk, content) SELECT box, id, 0, 'Subject: one of many'::bytea || '\x0a0a'::bytea || 'hello'::bytea || '\x0a'::bytea FROM mails;
            ANALYZE {schema}.mails;
            """));
    }
}
