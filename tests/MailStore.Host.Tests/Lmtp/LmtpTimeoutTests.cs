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
        await using var server = await TestServer.StartAsync(clock: _clock);
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
