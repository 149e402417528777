using System.Net;
using MailStore.Host.Configuration;
using MailStore.Host.Lmtp;
using MailStore.Tests;

namespace MailStore.Host.Tests.Lmtp;

/// <summary>A server on a free port of the loopback interface, with a <see cref="FakeDelivery"/> behind it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private TestServer(LmtpServer server, FakeDelivery delivery, ListLogger log)
    {
        Server = server;
        Delivery = delivery;
        Log = log;
    }

    public LmtpServer Server { get; }

    public FakeDelivery Delivery { get; }

    public ListLogger Log { get; }

    public EndPoint EndPoint => Server.EndPoints[0];

    public static async Task<TestServer> StartAsync(
        FakeDelivery? delivery = null, LmtpOptions? options = null, LmtpLimits? limits = null, TimeProvider? clock = null, string? dataDirectory = null)
    {
        delivery ??= new FakeDelivery();
        options ??= new LmtpOptions { Listen = ["127.0.0.1:0"], Hostname = "mail.example.org" };
        var log = new ListLogger();
        var server = new LmtpServer(options, dataDirectory ?? Path.GetTempPath(), delivery, log, clock ?? TimeProvider.System)
        {
            Limits = limits ?? LmtpLimits.From(options),
        };
        await server.StartAsync(CancellationToken.None);
        return new TestServer(server, delivery, log);
    }

    public Task<LmtpClient> ConnectAsync() => LmtpClient.ConnectAsync(EndPoint);

    /// <summary>Begins a transaction with these recipients, up to and including the reply to DATA.</summary>
    public async Task<LmtpClient> BeginDataAsync(params string[] recipients)
    {
        var client = await ConnectAsync();
        Assert.Equal(250, (await client.CommandAsync("MAIL FROM:<sender@example.org>")).Code);
        foreach (var recipient in recipients)
            Assert.Equal(250, (await client.CommandAsync($"RCPT TO:<{recipient}>")).Code);
        Assert.Equal(354, (await client.CommandAsync("DATA")).Code);
        return client;
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
