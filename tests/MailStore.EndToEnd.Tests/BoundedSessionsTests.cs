using System.Globalization;
using MailStore.Benchmarks.Sessions;
using Xunit.Abstractions;

namespace MailStore.EndToEnd.Tests;

/// <summary>Clients who hold connections cost the server little, and others no mail. What they cost in time is measured by <c>tests/bench sessions</c>.</summary>
public sealed class BoundedSessionsTests(ITestOutputHelper output)
{
    private const int LargestMailInMegabytes = 5;

    /// <summary>Of the server's process: 100 at rest, and 2,300 connections.</summary>
    private const int MostMegabytes = 500;

    private static readonly string Configuration = string.Create(CultureInfo.InvariantCulture, $"""
        [lmtp]
        listen = ["127.0.0.1:0"]
        max_message_size = "{LargestMailInMegabytes}M"
        """);

    [Fact]
    public async Task Idle_slow_and_endless_clients_take_neither_the_memory_nor_the_mails_of_good_ones()
    {
        using var place = new TestPlace(Configuration);
        await place.AddUsersAsync([.. GoodClients.Users, EndlessLines.Recipient]);
        await using var server = await ServerProcess.StartAsync(place);
        var memory = new ServerMemory(server.ProcessId);
        GoodRun run;
        await using (var bad = await BadClients.StartAsync(server.EndPoint, LargestMailInMegabytes << 20))
        {
            var good = GoodClients.RunAsync(server.EndPoint, TimeSpan.FromSeconds(15));
            while (!good.IsCompleted)
            {
                memory.Megabytes();
                await Task.WhenAny(good, Task.Delay(100));
            }

            run = await good;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Stored} mails, at most {memory.Most} MB, {bad.EndlessBytes >> 20} MB of endless lines"));
            Assert.Equal(0, bad.IdleClosed);
            Assert.True(bad.EndlessBytes > BadClients.Endless / 2 * ((long)LargestMailInMegabytes << 20), "the endless lines came to an end");
        }

        Assert.Empty(run.Refused);
        Assert.InRange(memory.Most, 1, MostMegabytes);
        Assert.True(run.Stored >= 2 * GoodClients.Count, $"only {run.Stored} mails were taken");
        Assert.Equal(run.Stored, GoodClients.Users.Sum(user => StoredMaildir.Files(place.MaildirOf(user)).Count));
        Assert.Empty(StoredMaildir.Files(place.MaildirOf(EndlessLines.Recipient)));
    }
}
