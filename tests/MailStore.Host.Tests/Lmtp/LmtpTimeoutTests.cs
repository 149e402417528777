using MailStore.Host.Delivery;
using MailStore.Host.Lmtp;
using MailStore.Tests;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Host.Tests.Lmtp;

public sealed class LmtpTimeoutTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task Silence_between_commands_ends_the_session()
    {
        await using var server = await TestServer.StartAsync(clock: _clock);
        await using var client = await server.ConnectAsync();
        Assert.StartsWith("421 4.4.2", await ReadAfterAsync(client, LmtpLimits.Default.CommandTimeout), StringComparison.Ordinal);
        Assert.Null(await client.ReadLineAsync());
    }

    [Fact]
    public async Task Silence_within_the_data_ends_the_session_and_delivers_nothing()
    {
        await using var server = await TestServer.StartAsync(clock: _clock);
        await using var client = await server.BeginDataAsync("a");
        await client.SendAsync("half a mail\r\n");
        Assert.StartsWith("421 4.4.2", await ReadAfterAsync(client, LmtpLimits.Default.DataTimeout), StringComparison.Ordinal);
        Assert.Null(await client.ReadLineAsync());
        Assert.Empty(server.Delivery.Mails);
    }

    [Fact]
    public async Task A_client_that_speaks_now_and_then_is_not_timed_out()
    {
        await using var server = await TestServer.StartAsync(clock: _clock);
        await using var client = await server.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            // the server waits again by then
            await Task.Delay(50);
            _clock.Advance(LmtpLimits.Default.CommandTimeout - TimeSpan.FromSeconds(10));
            Assert.Equal(250, (await client.CommandAsync("NOOP")).Code);
        }
    }

    [Fact]
    public async Task A_client_that_never_takes_its_replies_is_cut_off()
    {
        await using var server = await TestServer.StartAsync(clock: _clock, limits: new LmtpLimits { Commands = int.MaxValue });
        await using var client = await server.ConnectAsync();
        var noops = new byte[1 << 20];
        for (var i = 0; i + 6 <= noops.Length; i += 6)
            "NOOP\r\n"u8.CopyTo(noops.AsSpan(i));
        var sending = Task.Run(async () =>
        {
            while (true)
                await client.SendAsync(noops);
        });
        // until both sides are full, then beyond the deadline
        for (var i = 0; i < 120 && !sending.IsCompleted; i++)
        {
            await Task.Delay(500);
            _clock.Advance(LmtpLimits.Default.WriteTimeout);
        }

        await Assert.ThrowsAsync<IOException>(() => sending.WaitAsync(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task A_command_that_comes_byte_by_byte_has_no_more_time_than_one_that_comes_at_once()
    {
        await using var server = await TestServer.StartAsync(clock: _clock);
        await using var client = await server.ConnectAsync();
        var line = client.ReadLineAsync();
        var minutes = 0;
        for (; !line.IsCompleted && minutes < 30; minutes++)
        {
            await SendUnlessClosedAsync(client, "N");
            await Task.Delay(100);
            _clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(50);
        }

        Assert.StartsWith("421 4.4.2", await line, StringComparison.Ordinal);
        // 5; one that passes before the server waits again is not counted
        Assert.InRange(minutes, 4, 20);
    }

    [Fact]
    public async Task A_client_that_never_sends_a_mail_is_not_borne_for_ever()
    {
        await using var server = await TestServer.StartAsync(clock: _clock);
        await using var client = await server.ConnectAsync();
        var minutes = 0;
        for (; minutes < 60; minutes += 4)
        {
            await Task.Delay(50);
            _clock.Advance(TimeSpan.FromMinutes(4));
            await SendUnlessClosedAsync(client, "NOOP\r\n");
            var reply = await client.ReadReplyAsync();
            if (reply.Code == 421)
                break;
        }

        Assert.InRange(minutes, 24, 56);
        Assert.Null(await client.ReadLineAsync());
    }

    [Fact]
    public async Task Data_that_comes_a_byte_a_second_is_cut_off_and_not_delivered()
    {
        await using var server = await TestServer.StartAsync(clock: _clock);
        await using var client = await server.BeginDataAsync("a");
        var line = client.ReadLineAsync();
        for (var i = 0; !line.IsCompleted && i < 100; i++)
        {
            await SendUnlessClosedAsync(client, "xxxxxxxxxx");
            await Task.Delay(50);
            _clock.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(10);
        }

        Assert.StartsWith("421 4.4.2", await line, StringComparison.Ordinal);
        Assert.Empty(server.Delivery.Mails);
    }

    [Fact]
    public async Task Deliveries_that_are_not_over_before_the_clients_patience_ends_are_cancelled_and_the_next_mail_is_not()
    {
        var delivery = new FakeDelivery
        {
            Deliver = async (recipient, cancellationToken) =>
            {
                if (recipient.Original == "stuck")
                    await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return cancellationToken.IsCancellationRequested ? new Reply(451, "4.3.0", "given up") : new Reply(250, "2.0.0", "stored");
            },
        };
        await using var server = await TestServer.StartAsync(delivery, clock: _clock);
        await using var client = await server.BeginDataAsync("a", "stuck", "b");
        await client.SendAsync("x\r\n.\r\n");
        Assert.Equal(250, (await client.ReadReplyAsync()).Code);
        Assert.Equal("451 4.3.0 given up", await ReadAfterAsync(client, LmtpLimits.Default.DeliveryTimeout));
        Assert.Equal(250, (await client.ReadReplyAsync()).Code);
        Assert.Contains(server.Log.Entries, entry => entry.Contains("deliveries were not over 540 s after the data and are cancelled", StringComparison.Ordinal));
        Assert.Equal(250, Assert.Single(await client.SendMailAsync("s@example.net", ["a"], "x\n"u8.ToArray())).Code);
    }

    [Fact]
    public async Task Replies_that_are_known_do_not_wait_for_a_user_database_that_takes_its_time()
    {
        using var asked = new SemaphoreSlim(0);
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var delivery = new FakeDelivery
        {
            Resolving = async address =>
            {
                if (address != "slow")
                    return;
                asked.Release();
                await answer.Task;
            },
        };
        await using var server = await TestServer.StartAsync(delivery, clock: _clock);
        await using var client = await server.ConnectAsync();
        await client.SendAsync("MAIL FROM:<>\r\nRCPT TO:<a>\r\nRCPT TO:<slow>\r\nRCPT TO:<b>\r\nDATA\r\n");
        Assert.True(await asked.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal("250 2.1.0 sender OK", await ReadAfterAsync(client, TimeSpan.FromSeconds(2)));
        Assert.Equal("250 2.1.5 recipient OK", await client.ReadLineAsync());
        var next = client.ReadReplyAsync();
        await Task.Delay(50);
        Assert.False(next.IsCompleted);
        answer.SetResult();
        Assert.Equal(250, (await next).Code);
        foreach (var code in new[] { 250, 354 })
            Assert.Equal(code, (await client.ReadReplyAsync()).Code);
    }

    [Fact]
    public async Task A_client_that_is_gone_has_nothing_more_looked_up_for_it()
    {
        var lookups = 0;
        var delivery = new FakeDelivery
        {
            Resolving = async _ =>
            {
                Interlocked.Increment(ref lookups);
                await Task.Delay(10);
                // a slow database, and a watchdog that looks in between
                _clock.Advance(TimeSpan.FromSeconds(2));
                await Task.Delay(10);
            },
        };
        await using var server = await TestServer.StartAsync(delivery, clock: _clock);
        var client = await server.ConnectAsync();
        await client.SendAsync("MAIL FROM:<>\r\n" + string.Concat(Enumerable.Repeat("RCPT TO:<a>\r\n", 1000)));
        await Eventually.IsTrueAsync(() => Volatile.Read(ref lookups) > 2, "it has begun");
        client.Reset();
        await Eventually.IsTrueAsync(() => server.Log.Entries.Any(entry => entry.EndsWith("closed", StringComparison.Ordinal)), "the session has ended");
        Assert.InRange(lookups, 3, 500);
    }

    /// <summary>Where the server has just closed, what it said before is still to be read.</summary>
    private static async Task SendUnlessClosedAsync(LmtpClient client, string text)
    {
        try
        {
            await client.SendAsync(text);
        }
        catch (IOException)
        {
            // the reply tells why
        }
    }

    /// <summary>The deadline of a wait begins when the server has begun to wait: so time is moved on until it was.</summary>
    private async Task<string?> ReadAfterAsync(LmtpClient client, TimeSpan timeout)
    {
        var line = client.ReadLineAsync();
        while (!line.IsCompleted)
        {
            await Task.Delay(100);
            _clock.Advance(timeout / 2);
        }

        return await line;
    }
}
