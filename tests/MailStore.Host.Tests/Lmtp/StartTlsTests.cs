using System.Net.Sockets;
using MailStore.Host.Configuration;
using MailStore.Host.Lmtp;

namespace MailStore.Host.Tests.Lmtp;

/// <summary>RFC 3207.</summary>
public sealed class StartTlsTests : IDisposable
{
    private readonly TestCertificate _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_mail_comes_by_TLS_and_its_header_says_so()
    {
        await using var server = await StartAsync();
        await using var client = await TlsClient.ConnectAsync(server.EndPoint);
        Assert.Contains("250-STARTTLS", await client.RepliesAsync("LHLO client.example"));
        await client.StartTlsAsync();
        Assert.Equal("CN=first", client.Subject);
        // what was said before counts for nothing
        Assert.StartsWith("503 5.5.1 say LHLO", await client.CommandAsync("MAIL FROM:<s@example.net>"), StringComparison.Ordinal);
        Assert.DoesNotContain("250-STARTTLS", await client.RepliesAsync("LHLO client.example"));
        Assert.StartsWith("503", await client.CommandAsync("STARTTLS"), StringComparison.Ordinal);
        var text = new string('x', 100_000);
        await client.SendAsync($"MAIL FROM:<s@example.net>\r\nRCPT TO:<a>\r\nDATA\r\n{text}\r\n.\r\nMAIL FROM:<> SMTPUTF8\r\nRCPT TO:<b>\r\nBDAT 1 LAST\r\ny");
        foreach (var expected in new[] { "250 2.1.0", "250 2.1.5", "354", "250 2.0.0", "250 2.1.0", "250 2.1.5", "250 2.0.0" })
            Assert.StartsWith(expected, await client.ReadLineAsync(), StringComparison.Ordinal);
        Assert.StartsWith("221", await client.CommandAsync("QUIT"), StringComparison.Ordinal);
        Assert.Null(await client.ReadLineAsync());
        Assert.Equal([("LMTPS", text + "\n"), ("UTF8LMTPS", "y")], server.Delivery.Mails.Select(mail => (mail.Envelope.Protocol, mail.Text)));
    }

    [Fact]
    public async Task It_ends_the_transaction_and_what_was_said_in_it()
    {
        await using var server = await StartAsync();
        await using var client = await TlsClient.ConnectAsync(server.EndPoint);
        await client.RepliesAsync("LHLO client.example");
        Assert.StartsWith("250", await client.CommandAsync("MAIL FROM:<s@example.net>"), StringComparison.Ordinal);
        await client.StartTlsAsync();
        await client.RepliesAsync("LHLO client.example");
        Assert.StartsWith("503 5.5.1 say MAIL", await client.CommandAsync("RCPT TO:<a>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_ends_what_the_client_said_of_another_by_XCLIENT()
    {
        await using var server = await StartAsync();
        await using var client = await TlsClient.ConnectAsync(server.EndPoint);
        Assert.StartsWith("220", await client.CommandAsync("XCLIENT NAME=evil.example ADDR=192.0.2.7 HELO=evil.example"), StringComparison.Ordinal);
        await client.RepliesAsync("LHLO client.example");
        await client.StartTlsAsync();
        await client.RepliesAsync("LHLO client.example");
        await client.SendAsync("MAIL FROM:<s@example.net>\r\nRCPT TO:<a>\r\nBDAT 1 LAST\r\ny");
        for (var i = 0; i < 3; i++)
            Assert.StartsWith("250", await client.ReadLineAsync(), StringComparison.Ordinal);
        var envelope = Assert.Single(server.Delivery.Mails).Envelope;
        Assert.Equal(("client.example", "127.0.0.1"), (envelope.ClientName, envelope.ClientAddress));
    }

    [Fact]
    public async Task What_comes_along_with_it_is_never_taken_for_protected()
    {
        await using var server = await StartAsync();
        await using var client = await TlsClient.ConnectAsync(server.EndPoint);
        await client.RepliesAsync("LHLO client.example");
        await client.SendAsync("STARTTLS\r\nMAIL FROM:<evil@example.net>\r\nRCPT TO:<a>\r\n");
        Assert.StartsWith("503 5.5.1", await client.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Null(await client.ReadLineAsync());
    }

    [Fact]
    public async Task What_comes_in_the_place_of_a_handshake_ends_the_session()
    {
        await using var server = await StartAsync();
        await using var client = await TlsClient.ConnectAsync(server.EndPoint);
        await client.RepliesAsync("LHLO client.example");
        Assert.StartsWith("220", await client.CommandAsync("STARTTLS"), StringComparison.Ordinal);
        await client.SendAsync("MAIL FROM:<evil@example.net>\r\nRCPT TO:<a>\r\nDATA\r\n");
        await Eventually.IsTrueAsync(() => server.Log.Entries.Any(entry => entry.Contains("no TLS came about", StringComparison.Ordinal)), "told in the log");
        await Eventually.IsTrueAsync(() => server.Log.Entries.Any(entry => entry.EndsWith("closed", StringComparison.Ordinal)), "closed");
        Assert.Empty(server.Delivery.Mails);
    }

    [Fact]
    public async Task Without_a_certificate_it_is_not_offered()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await TlsClient.ConnectAsync(server.EndPoint);
        Assert.DoesNotContain("250-STARTTLS", await client.RepliesAsync("LHLO client.example"));
        Assert.StartsWith("500 5.5.1", await client.CommandAsync("STARTTLS"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_it_is_required_no_mail_comes_without_it()
    {
        await using var server = await StartAsync(required: true);
        await using var client = await TlsClient.ConnectAsync(server.EndPoint);
        await client.RepliesAsync("LHLO client.example");
        foreach (var command in new[] { "MAIL FROM:<>", "RCPT TO:<a>", "DATA", "BDAT 6\r\nRSET", "RSET", "VRFY a", "XFORWARD IDENT=x" })
            Assert.Equal("530 5.7.0 say STARTTLS first", await client.CommandAsync(command));
        Assert.Equal("250 2.0.0 OK", await client.CommandAsync("NOOP"));
        await client.StartTlsAsync();
        await client.RepliesAsync("LHLO client.example");
        Assert.StartsWith("250", await client.CommandAsync("MAIL FROM:<>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_a_Unix_socket_it_is_neither_offered_nor_required()
    {
        var folder = Directory.CreateTempSubdirectory("mailstore-tls-");
        try
        {
            await using var server = await StartAsync(required: true, listen: $"unix:{folder.FullName}/s");
            await using var client = await TlsClient.ConnectAsync(new UnixDomainSocketEndPoint($"{folder.FullName}/s"));
            Assert.DoesNotContain("250-STARTTLS", await client.RepliesAsync("LHLO client.example"));
            Assert.StartsWith("250", await client.CommandAsync("MAIL FROM:<>"), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_certificate_that_has_changed_is_shown_from_then_on()
    {
        await using var server = await StartAsync();
        Assert.Equal("CN=first", await SubjectAsync(server));
        _files.Write("second one");
        await Task.Delay(1100);
        Assert.Equal("CN=second one", await SubjectAsync(server));
        _files.Write("third");
        server.Server.ReloadCertificates();
        Assert.Equal("CN=third", await SubjectAsync(server));
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_used_leaves_the_one_before_it_in_its_place()
    {
        await using var server = await StartAsync();
        _files.WriteOtherKey();
        server.Server.ReloadCertificates();
        Assert.Contains(server.Log.Entries, entry => entry.StartsWith("Error: the certificate has changed and cannot be used", StringComparison.Ordinal));
        Assert.Equal("CN=first", await SubjectAsync(server));
        _files.Write("second");
        server.Server.ReloadCertificates();
        Assert.Equal("CN=second", await SubjectAsync(server));
    }

    [Theory]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public async Task A_key_that_is_open_to_others_stops_the_start(UnixFileMode more)
    {
        File.SetUnixFileMode(_files.Key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        await (await StartAsync()).DisposeAsync();
        File.SetUnixFileMode(_files.Key, UnixFileMode.UserRead | UnixFileMode.UserWrite | more);
        var error = await Assert.ThrowsAsync<ConfigurationException>(() => StartAsync());
        Assert.Contains($"the private key {_files.Key} is open to others ({more})", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_are_not_there_or_no_certificate_stop_the_start_with_a_reason()
    {
        await File.WriteAllTextAsync(_files.Certificate, "no certificate");
        var error = await Assert.ThrowsAsync<ConfigurationException>(() => StartAsync());
        Assert.Contains(_files.Certificate, error.Message, StringComparison.Ordinal);
        File.Delete(_files.Key);
        error = await Assert.ThrowsAsync<ConfigurationException>(() => StartAsync());
        Assert.Contains(_files.Key, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handshake_that_does_not_get_on_holds_up_no_shutdown()
    {
        var limits = new LmtpLimits { DrainTimeout = TimeSpan.FromMilliseconds(300), HandshakeTimeout = TimeSpan.FromMinutes(5), ShutdownTimeout = TimeSpan.FromMinutes(5) };
        await using var server = await StartAsync(limits: limits);
        await using var client = await TlsClient.ConnectAsync(server.EndPoint);
        await client.RepliesAsync("LHLO client.example");
        Assert.StartsWith("220", await client.CommandAsync("STARTTLS"), StringComparison.Ordinal);
        await server.Server.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Contains(server.Log.Entries, entry => entry.Contains("no TLS came about: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_does_not_get_on_with_its_handshake_is_cut_off()
    {
        await using var server = await StartAsync(limits: new LmtpLimits { HandshakeTimeout = TimeSpan.FromMilliseconds(300) });
        await using var client = await TlsClient.ConnectAsync(server.EndPoint);
        await client.RepliesAsync("LHLO client.example");
        Assert.StartsWith("220", await client.CommandAsync("STARTTLS"), StringComparison.Ordinal);
        Assert.Null(await client.ReadLineAsync());
    }

    [Fact]
    public async Task At_shutdown_clients_with_TLS_are_told_as_well()
    {
        await using var server = await StartAsync();
        await using var client = await TlsClient.ConnectAsync(server.EndPoint);
        await client.RepliesAsync("LHLO client.example");
        await client.StartTlsAsync();
        await client.RepliesAsync("LHLO client.example");
        await server.Server.StopAsync(CancellationToken.None);
        Assert.StartsWith("421 4.3.2", await client.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Null(await client.ReadLineAsync());
    }

    private static async Task<string?> SubjectAsync(TestServer server)
    {
        await using var client = await TlsClient.ConnectAsync(server.EndPoint);
        await client.RepliesAsync("LHLO client.example");
        await client.StartTlsAsync();
        return client.Subject;
    }

    private Task<TestServer> StartAsync(bool required = false, string listen = "127.0.0.1:0", LmtpLimits? limits = null) =>
        TestServer.StartAsync(
            options: new LmtpOptions
            {
                Listen = [listen],
                Hostname = "mail.example.org",
                TlsCertificate = _files.Certificate,
                TlsKey = _files.Key,
                TlsRequired = required,
                XforwardClients = ["127.0.0.0/8"],
                XclientClients = ["127.0.0.0/8"],
            },
            limits: limits);
}
