using MailStore.Host.Configuration;
using MailStore.Tests;

namespace MailStore.Host.Tests.Lmtp;

/// <summary>What an MTA may tell of a mail's way, and of its original recipients: XFORWARD, XCLIENT, DSN.</summary>
public sealed class ForwardingTests
{
    [Fact]
    public async Task XFORWARD_tells_of_the_next_mail_and_of_no_other()
    {
        await using var server = await StartAsync(options => options.XforwardClients = ["127.0.0.0/8"]);
        await using var client = await server.ConnectAsync();
        Assert.Contains("XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE", (await client.CommandAsync("LHLO mta.example")).Lines);
        Assert.Equal(250, (await client.CommandAsync("XFORWARD NAME=gw.example.net ADDR=192.0.2.7")).Code);
        Assert.Equal(250, (await client.CommandAsync("XFORWARD IDENT=4XyZ HELO=gw SOURCE=REMOTE")).Code);
        await client.SendMailAsync("s@example.net", ["a"], "x\n"u8.ToArray());
        await client.SendMailAsync("s@example.net", ["a"], "x\n"u8.ToArray());
        var told = server.Delivery.Mails.Select(mail => mail.Envelope.Forwarded).ToArray();
        Assert.Equal(("gw.example.net", "192.0.2.7", "4XyZ", "gw"), (told[0]!.Name, told[0]!.Address, told[0]!.QueueId, told[0]!.Helo));
        Assert.Null(told[1]);
    }

    [Theory]
    [InlineData("RSET")]
    [InlineData("LHLO again")]
    public async Task What_ends_a_transaction_ends_what_was_told(string command)
    {
        await using var server = await StartAsync(options => options.XforwardClients = ["127.0.0.1"]);
        await using var client = await server.ConnectAsync();
        Assert.Equal(250, (await client.CommandAsync("XFORWARD IDENT=4XyZ")).Code);
        Assert.Equal(250, (await client.CommandAsync(command)).Code);
        await client.SendMailAsync("s@example.net", ["a"], "x\n"u8.ToArray());
        Assert.Null(Assert.Single(server.Delivery.Mails).Envelope.Forwarded);
    }

    [Fact]
    public async Task Within_a_transaction_nothing_can_be_told()
    {
        await using var server = await StartAsync(options => options.XforwardClients = options.XclientClients = ["127.0.0.1"]);
        await using var client = await server.ConnectAsync();
        Assert.Equal(250, (await client.CommandAsync("MAIL FROM:<>")).Code);
        Assert.Equal(503, (await client.CommandAsync("XFORWARD IDENT=4XyZ")).Code);
        Assert.Equal(503, (await client.CommandAsync("XCLIENT ADDR=192.0.2.7")).Code);
    }

    [Theory]
    [InlineData("unix")]
    [InlineData("192.0.2.0/24")]
    [InlineData("::1")]
    public async Task Who_is_not_named_may_not_use_it_and_is_not_told_of_it(string others)
    {
        await using var server = await StartAsync(options => options.XforwardClients = options.XclientClients = [others]);
        await using var client = await server.ConnectAsync();
        Assert.DoesNotContain((await client.CommandAsync("LHLO mta.example")).Lines, line => line.StartsWith('X'));
        Assert.Equal(550, (await client.CommandAsync("XFORWARD IDENT=4XyZ")).Code);
        Assert.Equal(550, (await client.CommandAsync("XCLIENT ADDR=192.0.2.7")).Code);
    }

    [Fact]
    public async Task XCLIENT_begins_the_session_anew_for_another_client()
    {
        await using var server = await StartAsync(options => options.XclientClients = ["127.0.0.1"]);
        await using var client = await server.ConnectAsync();
        Assert.Contains("XCLIENT NAME ADDR HELO", (await client.CommandAsync("LHLO proxy.example")).Lines);
        Assert.Equal(220, (await client.CommandAsync("XCLIENT NAME=gw.example.net ADDR=IPV6:2001:db8::7 HELO=gw")).Code);
        Assert.Equal(503, (await client.CommandAsync("MAIL FROM:<>")).Code);
        Assert.Equal(250, (await client.CommandAsync("LHLO proxy.example")).Code);
        await client.SendMailAsync("s@example.net", ["a"], "x\n"u8.ToArray());
        var envelope = Assert.Single(server.Delivery.Mails).Envelope;
        Assert.Equal(("gw", "gw.example.net [2001:db8::7]"), (envelope.ClientName, envelope.ClientAddress));
    }

    [Fact]
    public async Task DSN_where_it_is_offered_keeps_the_original_recipient_and_the_envelope_id()
    {
        await using var server = await StartAsync(options => options.Dsn = true);
        await using var client = await server.ConnectAsync();
        Assert.Contains("DSN", (await client.CommandAsync("LHLO mta.example")).Lines);
        Assert.Equal(250, (await client.CommandAsync("MAIL FROM:<s@example.net> RET=HDRS ENVID=QQ+2B1")).Code);
        Assert.Equal(250, (await client.CommandAsync("RCPT TO:<a> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+2Bb@example.org")).Code);
        Assert.Equal(250, (await client.CommandAsync("RCPT TO:<b>")).Code);
        Assert.Equal(250, (await client.CommandAsync("BDAT 3 LAST\r\nx")).Code);
        var mail = Assert.Single(server.Delivery.Mails);
        Assert.Equal("QQ+1", mail.Envelope.EnvelopeId);
        Assert.Equal(["rfc822;a+b@example.org", null], mail.OriginalsByDsn);
    }

    [Fact]
    public async Task DSN_where_it_is_not_offered_is_not_taken()
    {
        await using var server = await StartAsync(_ => { });
        await using var client = await server.ConnectAsync();
        Assert.DoesNotContain("DSN", (await client.CommandAsync("LHLO mta.example")).Lines);
        Assert.Equal(555, (await client.CommandAsync("MAIL FROM:<s@example.net> ENVID=QQ")).Code);
        Assert.Equal(250, (await client.CommandAsync("MAIL FROM:<s@example.net>")).Code);
        Assert.Equal(555, (await client.CommandAsync("RCPT TO:<a> NOTIFY=NEVER")).Code);
    }

    private static Task<TestServer> StartAsync(Action<LmtpOptions> set)
    {
        var options = new LmtpOptions { Listen = ["127.0.0.1:0"], Hostname = "mail.example.org" };
        set(options);
        return TestServer.StartAsync(options: options);
    }
}
