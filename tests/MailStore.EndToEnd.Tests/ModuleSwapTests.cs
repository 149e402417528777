using System.Net;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary>Overwriting a DLL in modules.d while mails flow does nothing until the restart.</summary>
public sealed class ModuleSwapTests
{
    private static readonly byte[] Mail = "Subject: swap\r\n\r\nhello\r\n"u8.ToArray();

    [Fact]
    public async Task A_plugin_is_overwritten_while_mails_flow_and_the_next_start_serves_the_new_one()
    {
        using var place = new TestPlace();
        var modules = place.OwnModules();
        place.Configure("", modules);
        await place.AddUsersAsync(["alice@example.org"]);
        var plugin = Path.Combine(modules, "maildir", "MailStore.Maildir.dll");
        var original = await File.ReadAllBytesAsync(plugin);
        await using (var server = await ServerProcess.StartAsync(place))
        {
            using var stop = new CancellationTokenSource();
            var delivered = 0;
            var load = LoadAsync(server.EndPoint, () => Interlocked.Increment(ref delivered), stop.Token);
            await FlowAsync(load, () => Volatile.Read(ref delivered) > 4);
            // truncated and written again in place, as cp does: the worst that can be done to a mapped file
            for (var i = 0; i < 5; i++)
            {
                await using (var file = new FileStream(plugin, FileMode.Truncate))
                {
                    await Task.Delay(50);
                    await file.WriteAsync(original);
                }

                await Task.Delay(100);
            }

            await File.WriteAllTextAsync(plugin, "no DLL at all: the next start must see this one");
            // more than were under way at that moment
            var enough = Math.Max(20, Volatile.Read(ref delivered) + 8);
            await FlowAsync(load, () => Volatile.Read(ref delivered) > enough);
            await stop.CancelAsync();
            await load;
            Assert.Equal(delivered, StoredMaildir.Files(place.MaildirOf("alice@example.org")).Count);
            Assert.Equal(0, await server.StopAsync());
        }

        (await place.RunAsync("serve")).FailedClearly(78);
        await File.WriteAllBytesAsync(plugin, original);
        await using var again = await ServerProcess.StartAsync(place);
        await using var client = await LmtpClient.ConnectAsync(again.EndPoint);
        Assert.Equal(250, Assert.Single(await client.SendMailAsync("", ["alice@example.org"], Mail)).Code);
    }

    [Fact]
    public async Task The_private_copies_are_gone_after_a_stop_and_those_of_a_killed_server_at_the_next_start()
    {
        using var place = new TestPlace();
        var run = Path.Combine(place.DataDirectory, "run");
        await using (var killed = await ServerProcess.StartAsync(place))
            await killed.KillAsync();
        Assert.NotEmpty(Directory.GetDirectories(run));
        await using var server = await ServerProcess.StartAsync(place);
        Assert.Single(Directory.GetDirectories(run));
        Assert.Equal(0, await server.StopAsync());
        Assert.True(!Directory.Exists(run) || Directory.GetDirectories(run).Length == 0);
    }

    private static async Task FlowAsync(Task load, Func<bool> isEnough)
    {
        for (var until = DateTime.UtcNow.AddMinutes(1); !isEnough() && !load.IsCompleted; await Task.Delay(10))
            Assert.True(DateTime.UtcNow < until, "the mails do not flow");
        if (load.IsCompleted)
            await load;
    }

    private static Task LoadAsync(EndPoint server, Action delivered, CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var client = await LmtpClient.ConnectAsync(server);
            while (!stop.IsCancellationRequested)
            {
                var reply = Assert.Single(await client.SendMailAsync("", ["alice@example.org"], Mail));
                Assert.Equal(250, reply.Code);
                delivered();
            }
        }));
}
