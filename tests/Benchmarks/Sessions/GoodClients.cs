using System.Diagnostics;
using System.Net;
using System.Text;
using MailStore.Tests;

namespace MailStore.Benchmarks.Sessions;

/// <summary>Clients who behave: each sends one mail after the other, and waits for each reply.</summary>
internal static class GoodClients
{
    public const int Count = 8;

    private const int MailSize = 4096;

    /// <summary>One for each, so that they wait for nobody but the server.</summary>
    public static IEnumerable<string> Users => Enumerable.Range(0, Count).Select(UserName);

    public static async Task<GoodRun> RunAsync(EndPoint server, TimeSpan length)
    {
        var mail = Encoding.ASCII.GetBytes("Subject: good\r\n\r\n" + string.Concat(Enumerable.Repeat(new string('x', 62) + "\r\n", MailSize / 64)));
        var watch = Stopwatch.StartNew();
        var runs = await Task.WhenAll(Enumerable.Range(0, Count).Select(i => Task.Run(async () =>
        {
            var (stored, refused) = (0, new List<string>());
            await using var client = await LmtpClient.ConnectAsync(server);
            while (watch.Elapsed < length && refused.Count == 0)
            {
                var reply = (await client.SendMailAsync("sender@example.net", [UserName(i)], mail))[0];
                if (reply.Code == 250)
                    stored++;
                else
                    refused.Add(reply.ToString());
            }

            return (Stored: stored, Refused: refused);
        })));
        return new GoodRun(runs.Sum(run => run.Stored), [.. runs.SelectMany(run => run.Refused)], watch.Elapsed);
    }

    private static string UserName(int i) => $"good{i}@example.org";
}
