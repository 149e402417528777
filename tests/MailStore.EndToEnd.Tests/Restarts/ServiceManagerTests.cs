using System.Runtime.InteropServices;
using MailStore.Benchmarks.Restarts;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Restarts;

/// <summary>What the service manager is told, and when: <c>Type=notify-reload</c>.</summary>
public sealed class ServiceManagerTests
{
    private const string Alice = "alice@example.org";

    [Fact]
    public async Task It_hears_of_start_reload_and_stop_in_their_order()
    {
        using var place = new TestPlace();
        await using var supervisor = new Supervisor(MailStoreProgram.Path, place.Directory);
        await supervisor.StartAsync();
        var afterStart = supervisor.Manager.Count;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        supervisor.Process.Signal(PosixSignal.SIGHUP);
        await supervisor.Manager.WaitAsync("READY=1", afterStart, patience.Token);
        Assert.Equal(0, await supervisor.StopAsync());
        await supervisor.Manager.WaitAsync("STOPPING=1", 0, patience.Token);

        var heard = supervisor.Manager.Heard;
        Assert.Equal(["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"], heard.Where(line => line.EndsWith("=1", StringComparison.Ordinal)));
        // systemd takes RELOADING=1 for an answer to its own signal only with the time
        Assert.Matches("^MONOTONIC_USEC=[1-9][0-9]*$", heard[heard.ToList().IndexOf("RELOADING=1") + 1]);
    }

    [Fact]
    public async Task It_hears_of_the_stop_while_a_mail_under_way_still_comes_in_and_that_mail_is_stored()
    {
        using var place = new TestPlace();
        await place.AddUsersAsync([Alice]);
        await using var supervisor = new Supervisor(MailStoreProgram.Path, place.Directory);
        await supervisor.StartAsync();
        await using var client = await LmtpClient.ConnectAsync(supervisor.Tcp);
        foreach (var command in (string[])["MAIL FROM:<>", $"RCPT TO:<{Alice}>", "DATA"])
            Assert.True((await client.CommandAsync(command)).IsPositive);
        await client.SendAsync("Subject: half\r\n");

        var stopping = supervisor.StopAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await supervisor.Manager.WaitAsync("STOPPING=1", 0, patience.Token);
        // means nothing any more, and must not end it before its time
        supervisor.Process.Signal(PosixSignal.SIGHUP);
        // who comes now waits for the next server
        await using var next = await LmtpClient.ConnectRawAsync(supervisor.Tcp);
        await Task.Delay(200);
        Assert.False(stopping.IsCompleted);
        Assert.Equal(250, (await client.CommandAsync("\r\nthe rest\r\n.")).Code);
        Assert.Equal(421, (await client.ReadReplyAsync()).Code);
        Assert.Equal(0, await stopping);
        Assert.Single(StoredMaildir.Files(place.MaildirOf(Alice)));

        await supervisor.StartAsync();
        Assert.Equal(220, (await next.ReadReplyAsync()).Code);
    }

    [Fact]
    public async Task A_server_that_is_stopped_while_it_starts_ends_in_order()
    {
        using var place = new TestPlace();
        await using var supervisor = new Supervisor(MailStoreProgram.Path, place.Directory);
        await LaunchAsync(supervisor, place);
        Assert.Equal(0, await supervisor.StopAsync());
        await supervisor.StartAsync();
    }

    [Fact]
    public async Task A_server_that_is_reloaded_while_it_starts_does_so_when_it_serves()
    {
        using var place = new TestPlace();
        await using var supervisor = new Supervisor(MailStoreProgram.Path, place.Directory);
        await LaunchAsync(supervisor, place);
        supervisor.Process.Signal(PosixSignal.SIGHUP);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await supervisor.Manager.WaitAsync("RELOADING=1", 0, patience.Token);
        await supervisor.Manager.WaitAsync("STATUS=serving", 0, patience.Token);
        Assert.Equal(0, await supervisor.StopAsync());
        Assert.Equal(["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"], supervisor.Manager.Heard.Where(line => line.EndsWith("=1", StringComparison.Ordinal)));
    }

    /// <summary>Returns when it hears signals, and its modules are about to be loaded.</summary>
    private static async Task LaunchAsync(Supervisor supervisor, TestPlace place)
    {
        var run = Path.Combine(place.DataDirectory, "run");
        supervisor.Launch();
        for (var until = DateTime.UtcNow.AddSeconds(60); !Directory.Exists(run); await Task.Delay(1))
            Assert.True(DateTime.UtcNow < until, supervisor.Log);
    }
}
