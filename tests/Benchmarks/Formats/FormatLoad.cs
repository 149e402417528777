using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using MailStore.Tests;

namespace MailStore.Benchmarks.Formats;

/// <summary>32 connections of an MTA that sends the envelope in one piece, one mail of 4 KB after the other, each for another user.</summary>
internal static class FormatLoad
{
    public const int Connections = 32;
    public const int Users = 200;

    private static readonly byte[] Mail = Encoding.ASCII.GetBytes("Subject: bench\r\n\r\n" + string.Concat(Enumerable.Repeat(new string('x', 62) + "\r\n", 64)) + ".\r\n");

    public static IEnumerable<string> UserNames => Enumerable.Range(0, Users).Select(UserName);

    /// <summary>Sends a mail to each user, so that all are allocated.</summary>
    public static Task AllocateAsync(EndPoint server)
    {
        var next = -1;
        return AllAsync(server, _ => Interlocked.Increment(ref next) is var user && user < Users ? user : null);
    }

    /// <summary>Sends mails for some time.</summary>
    /// <returns>Acknowledged mails a second.</returns>
    public static async Task<double> RunAsync(EndPoint server, TimeSpan length)
    {
        var watch = Stopwatch.StartNew();
        var stored = await AllAsync(server, random => watch.Elapsed < length ? random.Next(Users) : null);
        return stored / watch.Elapsed.TotalSeconds;
    }

    private static async Task<int> AllAsync(EndPoint server, Func<Random, int?> nextUser)
    {
        var stored = await Task.WhenAll(Enumerable.Range(0, Connections).Select(seed => Task.Run(async () =>
        {
            var (count, random) = (0, new Random(seed));
            await using var client = await LmtpClient.ConnectAsync(server);
            for (; nextUser(random) is { } user; count++)
            {
                await client.SendAsync($"MAIL FROM:<sender@example.net>\r\nRCPT TO:<{UserName(user)}>\r\nDATA\r\n");
                for (var i = 0; i < 3; i++)
                    await client.ReadReplyAsync();
                await client.SendAsync(Mail);
                if (await client.ReadReplyAsync() is { Code: not 250 } refusal)
                    throw new InvalidOperationException($"a mail was refused: {refusal}");
            }

            return count;
        })));
        return stored.Sum();
    }

    private static string UserName(int i) => string.Create(CultureInfo.InvariantCulture, $"user{i}@example.org");
}
