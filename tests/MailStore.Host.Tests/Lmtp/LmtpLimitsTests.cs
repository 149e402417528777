using System.Net.Sockets;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Host.Lmtp;
using MailStore.Host.Tests.Delivery;
using MailStore.Tests;

namespace MailStore.Host.Tests.Lmtp;

public sealed class LmtpLimitsTests
{
    [Fact]
    public async Task One_connection_too_many_is_told_so_and_closed_and_has_room_when_another_is_gone()
    {
        await using var server = await TestServer.StartAsync(limits: new LmtpLimits { Connections = 2 });
        await using var first = await server.ConnectAsync();
        var second = await server.ConnectAsync();
        await using (var third = await LmtpClient.ConnectRawAsync(server.EndPoint))
        {
            Assert.StartsWith("421 4.3.2 too many connections", await third.ReadLineAsync(), StringComparison.Ordinal);
            Assert.Null(await third.ReadLineAsync());
        }

        await second.DisposeAsync();
        await Eventually.IsTrueAsync(() => CanConnect(server), "there is room again");
        Assert.Equal(250, (await first.CommandAsync("NOOP")).Code);
        Assert.Single(server.Log.Entries, entry => entry.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_address_has_a_limit_of_its_own_and_a_Unix_socket_has_none()
    {
        var folder = Directory.CreateTempSubdirectory("mailstore-limits-");
        try
        {
            var socket = $"{folder.FullName}/s";
            var options = new LmtpOptions { Listen = ["127.0.0.1:0", $"unix:{socket}"], MaxConnectionsPerAddress = 1 };
            await using var server = await TestServer.StartAsync(options: options);
            var endPoint = server.Server.EndPoints.First(endPoint => endPoint is not UnixDomainSocketEndPoint);
            await using var first = await LmtpClient.ConnectAsync(endPoint);
            await using var second = await LmtpClient.ConnectRawAsync(endPoint);
            Assert.StartsWith("421 4.7.0 too many connections from your address", await second.ReadLineAsync(), StringComparison.Ordinal);
            await using var third = await LmtpClient.ConnectAsync(new UnixDomainSocketEndPoint(socket));
            await using var fourth = await LmtpClient.ConnectAsync(new UnixDomainSocketEndPoint(socket));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Too_many_errors_end_the_session_and_a_mail_forgives_them()
    {
        await using var server = await TestServer.StartAsync(limits: new LmtpLimits { Errors = 3 });
        await using var client = await server.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            for (var error = 0; error < 3; error++)
                Assert.Equal(500, (await client.CommandAsync("BOGUS")).Code);
            await client.SendMailAsync("s@example.net", ["a"], "x\n"u8.ToArray());
        }

        for (var i = 0; i < 5; i++)
            Assert.Equal(250, (await client.CommandAsync("RSET")).Code);
        await client.SendAsync("A\r\nB\r\nC\r\nD\r\nNOOP\r\nE\r\n");
        foreach (var code in new[] { 500, 500, 500, 421 })
            Assert.Equal(code, (await client.ReadReplyAsync()).Code);
        Assert.Null(await client.ReadLineAsync());
    }

    [Fact]
    public async Task A_client_that_was_cut_off_and_resets_the_connection_is_no_error_of_the_server()
    {
        await using var server = await TestServer.StartAsync(limits: new LmtpLimits { Errors = 0, LingerTimeout = TimeSpan.FromMinutes(5) });
        var client = await server.ConnectAsync();
        Assert.Equal(421, (await client.CommandAsync("BOGUS")).Code);
        client.Reset();
        await Eventually.IsTrueAsync(() => server.Log.Entries.Any(entry => entry.EndsWith("closed", StringComparison.Ordinal)), "closed in order");
        Assert.DoesNotContain(server.Log.Entries, entry => entry.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unknown_users_are_no_errors_of_the_client()
    {
        await using var server = await TestServer.StartAsync(limits: new LmtpLimits { Errors = 1 });
        await using var client = await server.ConnectAsync();
        Assert.Equal(250, (await client.CommandAsync("MAIL FROM:<>")).Code);
        for (var i = 0; i < 10; i++)
            Assert.Equal(550, (await client.CommandAsync("RCPT TO:<nobody@example.org>")).Code);
    }

    [Fact]
    public async Task Too_many_commands_without_a_mail_end_the_session_but_not_recipients_and_chunks()
    {
        await using var server = await TestServer.StartAsync(limits: new LmtpLimits { Commands = 10 });
        await using var client = await server.ConnectAsync();
        Assert.Equal(250, (await client.CommandAsync("MAIL FROM:<>")).Code);
        for (var i = 0; i < 20; i++)
            Assert.Equal(250, (await client.CommandAsync("RCPT TO:<a>")).Code);
        for (var i = 0; i < 20; i++)
            Assert.Equal(250, (await client.CommandAsync("BDAT 3\r\nx")).Code);
        Assert.Equal(250, (await client.CommandAsync("BDAT 0 LAST")).Code);
        for (var i = 1; i < 20; i++)
            Assert.Equal(250, (await client.ReadReplyAsync()).Code);
        for (var i = 0; i < 10; i++)
            Assert.Equal(250, (await client.CommandAsync("NOOP")).Code);
        Assert.Equal(421, (await client.CommandAsync("NOOP")).Code);
        Assert.Null(await client.ReadLineAsync());
    }

    [Fact]
    public async Task The_limits_of_recipients_and_mails_are_announced_and_held()
    {
        await using var server = await TestServer.StartAsync(limits: new LmtpLimits { Mails = 1, Recipients = 100 });
        await using var client = await server.ConnectAsync();
        Assert.Contains("LIMITS MAILMAX=1 RCPTMAX=100", (await client.CommandAsync("LHLO mta.example")).Lines);
        await client.SendMailAsync("s@example.net", ["a"], "x\n"u8.ToArray());
        Assert.Equal(421, (await client.CommandAsync("MAIL FROM:<>")).Code);
        Assert.Null(await client.ReadLineAsync());
    }

    [Theory]
    [InlineData("RSET")]
    [InlineData("LHLO again")]
    [InlineData("DATA\r\n.")]
    [InlineData("QUIT")]
    public async Task All_connections_together_have_a_limit_of_recipients_until_their_transactions_end(string end)
    {
        await using var server = await TestServer.StartAsync(limits: new LmtpLimits { RecipientsAtOnce = 3 });
        await using var first = await server.ConnectAsync();
        await using var second = await server.ConnectAsync();
        foreach (var client in new[] { first, second })
            Assert.Equal(250, (await client.CommandAsync("MAIL FROM:<>")).Code);
        // who is refused takes no place
        foreach (var (recipient, code) in (ValueTuple<string, int>[])[("a", 250), ("nobody", 550), ("down", 451), ("b", 250)])
            Assert.Equal(code, (await first.CommandAsync($"RCPT TO:<{recipient}>")).Code);
        Assert.Equal(250, (await second.CommandAsync("RCPT TO:<c>")).Code);
        Assert.Equal("4.5.3 too many recipients are under way, try again later", (await second.CommandAsync("RCPT TO:<d>")).Text);
        Assert.Equal(452, (await first.CommandAsync("RCPT TO:<d>")).Code);
        await first.SendAsync(end + "\r\n");
        while (await first.ReadReplyAsync() is { Code: 354 })
        {
        }

        while ((await second.CommandAsync("RCPT TO:<d>")).Code == 452)
            await Task.Delay(20);
        Assert.Equal(250, (await second.CommandAsync("RCPT TO:<e>")).Code);
        Assert.Equal(452, (await second.CommandAsync("RCPT TO:<f>")).Code);
    }

    [Fact]
    public async Task A_command_without_an_end_is_cut_off()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        var piece = new byte[1 << 16];
        Array.Fill(piece, (byte)'x');
        var sending = Task.Run(async () =>
        {
            while (true)
                await client.SendAsync(piece);
        });
        Assert.Equal("500 5.5.2 line too long", await client.ReadLineAsync());
        await Assert.ThrowsAsync<IOException>(() => sending);
    }

    [Fact]
    public async Task Where_there_is_no_room_a_mail_is_refused_before_it_is_sent()
    {
        var delivery = new FakeDelivery { HasRoom = size => size < 1000 };
        await using var server = await TestServer.StartAsync(delivery);
        await using var client = await server.ConnectAsync();
        Assert.Equal("4.3.1 no room for a mail now, try again later", (await client.CommandAsync("MAIL FROM:<> SIZE=1000")).Text);
        Assert.Equal(250, (await client.CommandAsync("MAIL FROM:<> SIZE=999")).Code);
    }

    [Fact]
    public async Task A_refused_mail_without_an_end_does_not_hold_the_session_for_ever_and_is_refused_for_good_all_the_same()
    {
        await using var server = await StartSmallAsync();
        await using var client = await server.BeginDataAsync("a", "b");
        await SendUntilCutOffAsync(client);
        foreach (var _ in (string[])["a", "b"])
            Assert.StartsWith("552 5.3.4", await client.ReadLineAsync(), StringComparison.Ordinal);
        await Eventually.IsTrueAsync(() => server.Log.Entries.Any(entry => entry.Contains("was cut off: 552 5.3.4", StringComparison.Ordinal)), "told in the log");
        Assert.Equal(0, server.Delivery.BuffersInUse);
    }

    [Theory]
    [InlineData("BDAT 1000000000", 1)]
    [InlineData("BDAT 1000000000 LAST", 2)]
    public async Task So_is_a_chunk_that_is_larger_than_anybody_waits_for(string chunk, int replies)
    {
        await using var server = await StartSmallAsync();
        await using var client = await server.ConnectAsync();
        foreach (var command in (string[])["MAIL FROM:<>", "RCPT TO:<a>", "RCPT TO:<b>"])
            Assert.Equal(250, (await client.CommandAsync(command)).Code);
        await client.SendAsync(chunk + "\r\n");
        await SendUntilCutOffAsync(client);
        for (var i = 0; i < replies; i++)
            Assert.StartsWith("552 5.3.4", await client.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal(0, server.Delivery.BuffersInUse);
    }

    [Fact]
    public async Task Mails_that_use_up_the_memory_go_to_files_and_give_all_back()
    {
        using var spool = new SpoolFolder();
        var budget = new MailBudget(memory: 100_000, perMail: 1 << 20, spool: 1 << 30);
        await using var server = await TestServer.StartAsync(new FakeDelivery { Budget = budget, SpoolDirectory = spool.Path });
        var mail = new byte[80_000];
        Array.Fill(mail, (byte)'x');
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            await using var client = await server.ConnectAsync();
            for (var i = 0; i < 5; i++)
                Assert.Equal(250, Assert.Single(await client.SendMailAsync("s@example.net", ["a"], mail)).Code);
        }));
        Assert.Equal(50, server.Delivery.Mails.Count(delivered => delivered.Content.Length == 80_001));
        await Eventually.IsTrueAsync(() => budget is { MemoryInUse: 0, SpoolInUse: 0 }, "all is given back");
    }

    private static Task<TestServer> StartSmallAsync()
    {
        var options = new LmtpOptions { Listen = ["127.0.0.1:0"], MaxMessageSize = new Sdk.ByteSize(1000) };
        return TestServer.StartAsync(options: options, limits: LmtpLimits.From(options) with { Discarded = 128 << 20 });
    }

    private static Task<IOException> SendUntilCutOffAsync(LmtpClient client) => Assert.ThrowsAsync<IOException>(async () =>
    {
        var piece = new byte[1 << 20];
        for (var i = 0; i < 1000; i++)
            await client.SendAsync(piece);
    });

    private static bool CanConnect(TestServer server)
    {
        using var socket = new Socket(server.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(server.EndPoint);
        var start = new byte[3];
        return socket.Receive(start) == 3 && start.AsSpan().SequenceEqual("220"u8);
    }
}
