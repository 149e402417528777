using System.Diagnostics;
using System.Net.Sockets;
using MailStore.Host.Delivery;
using MailStore.Host.Lmtp;
using MailStore.Host.Modules;
using MailStore.Tests;

namespace MailStore.Host.Tests.Lmtp;

public sealed class LmtpShutdownTests
{
    [Fact]
    public async Task Idle_clients_are_told_and_the_server_is_done_at_once()
    {
        await using var server = await TestServer.StartAsync(limits: new LmtpLimits { FirstMailTimeout = TimeSpan.FromMilliseconds(50), FarewellTimeout = TimeSpan.FromMilliseconds(50) });
        await using var silent = await LmtpClient.ConnectRawAsync(server.EndPoint);
        Assert.Equal(220, (await silent.ReadReplyAsync()).Code);
        await Task.Delay(100);
        await using var used = await server.ConnectAsync();
        await used.SendMailAsync("s@example.net", ["a"], "x\n"u8.ToArray());

        var watch = Stopwatch.StartNew();
        await server.Server.StopAsync(CancellationToken.None);
        // a few milliseconds; the machine may be busy
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4));

        foreach (var client in new[] { silent, used })
        {
            Assert.Equal("421 4.3.2 the server is shutting down, try again later", await client.ReadLineAsync());
            Assert.Null(await client.ReadLineAsync());
        }

        await Assert.ThrowsAsync<SocketException>(() => LmtpClient.ConnectRawAsync(server.EndPoint));
    }

    [Fact]
    public async Task A_delivery_under_way_is_brought_to_its_end_and_its_reply_is_sent()
    {
        var outcome = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(new FakeDelivery { Deliver = (_, _) => outcome.Task });
        await using var client = await server.BeginDataAsync("a");
        await client.SendAsync("x\r\n.\r\nMAIL FROM:<next@example.net>\r\n");
        await server.Delivery.Started.Task;

        var stopping = server.Server.StopAsync(CancellationToken.None);
        await Eventually.IsTrueAsync(() => CannotConnect(server), "new connections are refused");
        // the sessions hear of it on threads of their own
        await Task.Delay(200);
        Assert.False(stopping.IsCompleted);
        outcome.SetResult(new Reply(250, "2.0.0", "stored"));
        Assert.Equal("250 2.0.0 stored", await client.ReadLineAsync());
        Assert.StartsWith("421 4.3.2", await client.ReadLineAsync(), StringComparison.Ordinal);
        await stopping;
    }

    [Fact]
    public async Task A_transaction_that_has_begun_may_still_send_its_data()
    {
        await using var server = await TestServer.StartAsync(limits: new LmtpLimits { DrainTimeout = TimeSpan.FromSeconds(30) });
        await using var client = await server.ConnectAsync();
        Assert.Equal(250, (await client.CommandAsync("MAIL FROM:<s@example.net>")).Code);

        var stopping = server.Server.StopAsync(CancellationToken.None);
        await Eventually.IsTrueAsync(() => CannotConnect(server), "new connections are refused");
        Assert.Equal(250, (await client.CommandAsync("RCPT TO:<a>")).Code);
        Assert.Equal(354, (await client.CommandAsync("DATA")).Code);
        Assert.False(stopping.IsCompleted);
        Assert.Equal(250, (await client.CommandAsync("x\r\n.")).Code);
        Assert.Equal(421, (await client.ReadReplyAsync()).Code);
        await stopping;
        Assert.Single(server.Delivery.Mails);
    }

    [Fact]
    public async Task A_client_that_has_come_just_now_may_bring_its_first_mail_and_no_second()
    {
        await using var server = await TestServer.StartAsync(limits: new LmtpLimits { FirstMailTimeout = TimeSpan.FromSeconds(30), DrainTimeout = TimeSpan.FromSeconds(30) });
        await using var client = await LmtpClient.ConnectRawAsync(server.EndPoint);
        Assert.Equal(220, (await client.ReadReplyAsync()).Code);

        var stopping = server.Server.StopAsync(CancellationToken.None);
        await Eventually.IsTrueAsync(() => CannotConnect(server), "new connections are refused");
        Assert.Equal(250, (await client.CommandAsync("LHLO client.example")).Code);
        Assert.False(stopping.IsCompleted);
        Assert.Equal(250, Assert.Single(await client.SendMailAsync("s@example.net", ["a"], "x\n"u8.ToArray())).Code);
        Assert.Equal(421, (await client.ReadReplyAsync()).Code);
        await stopping;
        Assert.Single(server.Delivery.Mails);
    }

    [Fact]
    public async Task A_client_whose_mail_is_answered_during_the_shutdown_may_say_QUIT_and_its_connection_is_still_there()
    {
        var outcome = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(new FakeDelivery { Deliver = (_, _) => outcome.Task }, limits: new LmtpLimits { FarewellTimeout = TimeSpan.FromSeconds(30), DrainTimeout = TimeSpan.FromSeconds(30) });
        await using var client = await server.BeginDataAsync("a");
        await client.SendAsync("x\r\n.\r\n");
        await server.Delivery.Started.Task;
        var stopping = server.Server.StopAsync(CancellationToken.None);
        outcome.SetResult(new Reply(250, "2.0.0", "stored"));
        Assert.Equal("250 2.0.0 stored", await client.ReadLineAsync());
        Assert.False(stopping.IsCompleted);
        Assert.Equal(221, (await client.CommandAsync("QUIT")).Code);
        await stopping;
    }

    [Fact]
    public async Task A_client_that_says_nothing_after_its_mail_is_told_soon()
    {
        await using var server = await TestServer.StartAsync(limits: new LmtpLimits { FarewellTimeout = TimeSpan.FromMilliseconds(500), DrainTimeout = TimeSpan.FromMinutes(5) });
        await using var client = await server.ConnectAsync();
        await client.SendMailAsync("s@example.net", ["a"], "x\n"u8.ToArray());
        var stopping = server.Server.StopAsync(CancellationToken.None);
        Assert.StartsWith("421 4.3.2", await client.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Null(await client.ReadLineAsync());
        await stopping;
        Assert.Single(server.Delivery.Mails);
    }

    [Fact]
    public async Task A_client_that_begins_another_mail_is_told_at_once()
    {
        // longer than the client waits for its reply
        var limits = new LmtpLimits { FarewellTimeout = TimeSpan.FromMinutes(5), DrainTimeout = TimeSpan.FromMinutes(5), ShutdownTimeout = TimeSpan.FromMinutes(5) };
        await using var server = await TestServer.StartAsync(limits: limits);
        await using var client = await server.ConnectAsync();
        await client.SendMailAsync("s@example.net", ["a"], "x\n"u8.ToArray());
        var stopping = server.Server.StopAsync(CancellationToken.None);
        await Eventually.IsTrueAsync(() => CannotConnect(server), "new connections are refused");

        // its session hears of the stop on a thread of its own, and until then begins what it is asked for
        var watch = Stopwatch.StartNew();
        string? reply;
        do
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), "another mail is begun all the same");
            // all of it is taken off the connection: one that is reset takes the reply along
            await client.SendAsync("MAIL FROM:<s@example.net>\r\nRCPT TO:<a>\r\nRSET\r\n");
            reply = await client.ReadLineAsync();
            for (var i = 1; i < 3 && reply?.StartsWith("250", StringComparison.Ordinal) == true; i++)
                Assert.StartsWith("250", await client.ReadLineAsync(), StringComparison.Ordinal);
        }
        while (reply?.StartsWith("250", StringComparison.Ordinal) == true);
        Assert.StartsWith("421 4.3.2", reply, StringComparison.Ordinal);
        Assert.Null(await client.ReadLineAsync());
        await stopping;
        Assert.Single(server.Delivery.Mails);
    }

    [Fact]
    public async Task A_client_that_has_come_just_now_and_says_nothing_is_not_waited_for()
    {
        await using var server = await TestServer.StartAsync(limits: new LmtpLimits { FirstMailTimeout = TimeSpan.FromMilliseconds(300) });
        await using var client = await LmtpClient.ConnectRawAsync(server.EndPoint);
        Assert.Equal(220, (await client.ReadReplyAsync()).Code);
        await server.Server.StopAsync(CancellationToken.None);
        Assert.StartsWith("421 4.3.2", await client.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_that_does_not_get_to_its_data_is_ended()
    {
        await using var server = await TestServer.StartAsync(limits: new LmtpLimits { DrainTimeout = TimeSpan.FromMilliseconds(300) });
        await using var client = await server.ConnectAsync();
        Assert.Equal(250, (await client.CommandAsync("MAIL FROM:<s@example.net>")).Code);
        var stopping = server.Server.StopAsync(CancellationToken.None);
        Assert.StartsWith("421 4.3.2", await client.ReadLineAsync(), StringComparison.Ordinal);
        await stopping;
    }

    [Fact]
    public async Task Data_that_comes_no_more_is_not_waited_for_to_the_end()
    {
        await using var server = await TestServer.StartAsync(limits: new LmtpLimits { DrainTimeout = TimeSpan.FromMilliseconds(300), ShutdownTimeout = TimeSpan.FromMinutes(5) });
        await using var client = await server.BeginDataAsync("a");
        await client.SendAsync("half a mail\r\n");
        // waited for before, and not held against it: it begins anew
        await Task.Delay(400);
        var stopping = server.Server.StopAsync(CancellationToken.None);
        Assert.StartsWith("421 4.3.2", await client.ReadLineAsync(), StringComparison.Ordinal);
        await stopping.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(server.Delivery.Mails);
    }

    [Fact]
    public async Task Data_that_keeps_coming_is_taken_to_its_end()
    {
        var limits = new LmtpLimits { DrainTimeout = TimeSpan.FromSeconds(2), DrainRate = 1000, ShutdownTimeout = TimeSpan.FromMinutes(5) };
        await using var server = await TestServer.StartAsync(limits: limits);
        await using var client = await server.BeginDataAsync("a");
        var stopping = server.Server.StopAsync(CancellationToken.None);
        for (var i = 0; i < 12; i++)
        {
            await client.SendAsync(new string('x', 10_000) + "\r\n");
            await Task.Delay(250);
        }

        Assert.False(stopping.IsCompleted);
        Assert.Equal(250, (await client.CommandAsync(".")).Code);
        await stopping.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Single(server.Delivery.Mails);
    }

    [Fact]
    public async Task A_delivery_that_does_not_end_is_cancelled_after_a_while()
    {
        var delivery = new FakeDelivery
        {
            Deliver = async (_, cancellationToken) =>
            {
                await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return new Reply(451, "4.3.0", "given up");
            },
        };
        await using var server = await TestServer.StartAsync(delivery, limits: new LmtpLimits { ShutdownTimeout = TimeSpan.FromMilliseconds(300), AbortTimeout = TimeSpan.FromSeconds(30) });
        await using var client = await server.BeginDataAsync("a");
        await client.SendAsync("x\r\n.\r\n");
        await delivery.Started.Task;
        await server.Server.StopAsync(CancellationToken.None);
        Assert.Equal("451 4.3.0 given up", await client.ReadLineAsync());
        Assert.Equal(421, (await client.ReadReplyAsync()).Code);
    }

    [Fact]
    public async Task A_delivery_that_is_past_its_commit_point_when_it_is_cancelled_is_still_answered()
    {
        var delivery = new FakeDelivery
        {
            Deliver = async (_, cancellationToken) =>
            {
                await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                // most of the time that the boundary of a module waits for it; the rest is for a busy machine
                await Task.Delay(CallTimes.LongestGrace - TimeSpan.FromSeconds(2), CancellationToken.None);
                return new Reply(250, "2.0.0", "stored");
            },
        };
        var limits = new LmtpLimits { ShutdownTimeout = TimeSpan.FromMilliseconds(100) };
        Assert.True(limits.AbortTimeout > CallTimes.LongestGrace);
        await using var server = await TestServer.StartAsync(delivery, limits: limits);
        await using var client = await server.BeginDataAsync("a");
        await client.SendAsync("x\r\n.\r\n");
        await delivery.Started.Task;
        await server.Server.StopAsync(CancellationToken.None);
        Assert.Equal("250 2.0.0 stored", await client.ReadLineAsync());
    }

    [Fact]
    public async Task Who_is_stuck_in_its_data_is_cut_off_in_the_end()
    {
        var limits = new LmtpLimits { ShutdownTimeout = TimeSpan.FromMilliseconds(100), AbortTimeout = TimeSpan.FromMilliseconds(100) };
        await using var server = await TestServer.StartAsync(limits: limits);
        await using var client = await server.BeginDataAsync("a");
        await client.SendAsync("half a mail\r\n");
        await server.Server.StopAsync(CancellationToken.None);
        Assert.Empty(server.Delivery.Mails);
        await Eventually.IsTrueAsync(() => server.Delivery.BuffersInUse == 0, "all buffers are given back");
    }

    [Fact]
    public async Task A_server_that_never_started_can_be_stopped_and_one_that_stopped_can_be_stopped_again()
    {
        await using var never = new LmtpServer(new(), "", new FakeDelivery(), new ListLogger(), TimeProvider.System);
        await never.StopAsync(CancellationToken.None);
        await using var server = await TestServer.StartAsync();
        await server.Server.StopAsync(CancellationToken.None);
        await server.Server.StopAsync(CancellationToken.None);
    }

    private static bool CannotConnect(TestServer server)
    {
        using var socket = new Socket(server.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(server.EndPoint);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
