using System.Net;
using System.Net.Sockets;
using MailStore.Host.Configuration;
using MailStore.Host.Lmtp;
using MailStore.Tests;

namespace MailStore.Host.Tests.Lmtp;

public sealed class ListenTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ms-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_Unix_socket_serves_with_its_mode_and_is_removed_at_the_end()
    {
        var path = Path.Combine(_directory, "lmtp.sock");
        await using (var server = await TestServer.StartAsync(options: Options("unix:lmtp.sock"), dataDirectory: _directory))
        {
            Assert.Equal(path, server.EndPoint.ToString());
            Assert.Equal("660", Convert.ToString((int)File.GetUnixFileMode(path), 8));
            await using var client = await server.ConnectAsync();
            Assert.Equal(250, Assert.Single(await client.SendMailAsync("s@example.net", ["a"], "x\n"u8.ToArray())).Code);
            Assert.Equal("local", Assert.Single(server.Delivery.Mails).Envelope.ClientAddress);
            await server.Server.StopAsync(CancellationToken.None);
            Assert.False(Path.Exists(path));
        }
    }

    [Fact]
    public async Task A_mode_that_is_configured_is_set()
    {
        var options = Options("unix:lmtp.sock");
        options.SocketMode = "0606";
        await using var server = await TestServer.StartAsync(options: options, dataDirectory: _directory);
        Assert.Equal("606", Convert.ToString((int)File.GetUnixFileMode(Path.Combine(_directory, "lmtp.sock")), 8));
    }

    [Fact]
    public async Task A_group_is_taken_by_name_and_by_number()
    {
        // root may give to any group; others at least to their own, which every system can name
        var (number, name) = OwnGroup();
        foreach (var group in new[] { name, number })
        {
            var options = Options("unix:lmtp.sock");
            options.SocketGroup = group;
            await using var server = await TestServer.StartAsync(options: options, dataDirectory: _directory);
            Assert.Equal(number, StatOf("%g", Path.Combine(_directory, "lmtp.sock")));
        }
    }

    [Fact]
    public async Task A_group_that_does_not_exist_is_named()
    {
        var options = Options("unix:lmtp.sock");
        options.SocketGroup = "no-such-group";
        var message = await MessageOfFailingStartAsync(options);
        Assert.Contains("no group 'no-such-group'", message, StringComparison.Ordinal);
        Assert.False(Path.Exists(Path.Combine(_directory, "lmtp.sock")));
    }

    [Theory]
    [InlineData("no-such-user")]
    [InlineData("no-such-user:0")]
    public async Task An_owner_that_does_not_exist_is_named(string owner)
    {
        var options = Options("unix:lmtp.sock");
        options.SocketOwner = owner;
        Assert.Contains("no user 'no-such-user'; mend socket_owner", await MessageOfFailingStartAsync(options), StringComparison.Ordinal);
        Assert.False(Path.Exists(Path.Combine(_directory, "lmtp.sock")));
    }

    [Fact]
    public async Task A_socket_is_given_to_its_owner_and_keeps_its_mode()
    {
        // only root may give it to others; everybody to himself
        var isRoot = Environment.UserName == "root";
        var (uid, gid, name, group) = isRoot ? ("1", "2", "daemon", "bin") : (OwnIds().Uid, OwnIds().Gid, Environment.UserName, OwnGroup().Name);
        foreach (var owner in new[] { $"{name}:{group}", $"{uid}:{gid}", name, $":{group}" })
        {
            var options = Options("unix:lmtp.sock");
            options.SocketOwner = owner;
            await using var server = await TestServer.StartAsync(options: options, dataDirectory: _directory);
            var expected = $"{(owner[0] == ':' ? OwnIds().Uid : uid)}:{(owner.Contains(':', StringComparison.Ordinal) ? gid : OwnIds().Gid)} 660";
            Assert.Equal(expected, StatOf("%u:%g %a", Path.Combine(_directory, "lmtp.sock")));
        }
    }

    [Fact]
    public async Task A_socket_that_a_killed_server_left_behind_is_taken_over()
    {
        var path = Path.Combine(_directory, "lmtp.sock");
        LeaveBehind(path);
        await using var server = await TestServer.StartAsync(options: Options($"unix:{path}"));
        await using var client = await server.ConnectAsync();
        Assert.Contains(server.Log.Entries, entry => entry.Contains("took over", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_socket_on_which_another_server_listens_is_left_to_it()
    {
        await using var first = await TestServer.StartAsync(options: Options("unix:lmtp.sock"), dataDirectory: _directory);
        Assert.Contains("another server listens there", await MessageOfFailingStartAsync(Options("unix:lmtp.sock")), StringComparison.Ordinal);
        await using var client = await first.ConnectAsync();
    }

    [Fact]
    public async Task A_file_that_is_no_socket_is_never_removed()
    {
        var path = Path.Combine(_directory, "lmtp.sock");
        await File.WriteAllTextAsync(path, "precious");
        Assert.Contains("is no socket", await MessageOfFailingStartAsync(Options($"unix:{path}")), StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task A_socket_in_a_folder_that_does_not_exist_says_so() =>
        Assert.Contains("there is no folder", await MessageOfFailingStartAsync(Options("unix:no/such/lmtp.sock")), StringComparison.Ordinal);

    [Fact]
    public async Task A_socket_path_that_is_too_long_says_so() =>
        Assert.Contains("107 bytes", await MessageOfFailingStartAsync(Options($"unix:{new string('x', 200)}")), StringComparison.Ordinal);

    [Fact]
    public async Task A_port_in_use_says_who_to_look_for()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var address = other.LocalEndPoint!.ToString()!;
        var message = await MessageOfFailingStartAsync(Options(address));
        Assert.Contains($"cannot listen on {address}: another program listens on port", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_fails_leaves_none_of_the_others_open()
    {
        var path = Path.Combine(_directory, "lmtp.sock");
        await MessageOfFailingStartAsync(Options($"unix:{path}", "nonsense"));
        Assert.False(Path.Exists(path));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData(":24")]
    [InlineData("::1:24")]
    [InlineData("[::1]")]
    [InlineData("[nonsense]:24")]
    [InlineData("")]
    public async Task What_is_no_address_is_told_with_the_forms_that_are(string text) =>
        Assert.Contains("write \"host:port\", \"[::1]:port\" or \"unix:/path/to/socket\"", await MessageOfFailingStartAsync(Options(text)), StringComparison.Ordinal);

    [Theory]
    [InlineData("0.0.0.0:0")]
    [InlineData("*:0")]
    [InlineData("192.0.2.1:24")]
    public async Task Addresses_that_others_reach_want_a_word_of_the_administrator(string text)
    {
        Assert.Contains("allow_remote", await MessageOfFailingStartAsync(Options(text)), StringComparison.Ordinal);
        var allowed = Options(text);
        allowed.AllowRemote = true;
        if (text.EndsWith(":0", StringComparison.Ordinal))
            await (await TestServer.StartAsync(options: allowed)).DisposeAsync();
        else
            Assert.Contains("is no address of this machine", await MessageOfFailingStartAsync(allowed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_addresses_are_served_at_once()
    {
        await using var server = await TestServer.StartAsync(options: Options("127.0.0.1:0", "127.0.0.1:0", "unix:lmtp.sock"), dataDirectory: _directory);
        Assert.Equal(3, server.Server.EndPoints.Distinct().Count());
        foreach (var endPoint in server.Server.EndPoints)
            await (await LmtpClient.ConnectAsync(endPoint)).DisposeAsync();
    }

    [Fact]
    public async Task A_host_name_is_looked_up()
    {
        await using var server = await TestServer.StartAsync(options: Options("localhost:0"));
        Assert.All(server.Server.EndPoints, endPoint => Assert.True(IPAddress.IsLoopback(((IPEndPoint)endPoint).Address)));
        Assert.Contains("has no address", await MessageOfFailingStartAsync(Options("no-such-host.invalid:24")), StringComparison.Ordinal);
    }

    private static LmtpOptions Options(params string[] listen) => new() { Listen = [.. listen], Hostname = "mail.example.org" };

    private async Task<string> MessageOfFailingStartAsync(LmtpOptions options) =>
        (await Assert.ThrowsAsync<ListenException>(() => TestServer.StartAsync(options: options, dataDirectory: _directory))).Message;

    /// <summary>As a kill does: the file stays, nobody listens.</summary>
    private static void LeaveBehind(string path)
    {
        var hidden = path + ".moved";
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            socket.Listen();
            // out of the way of the framework, which unlinks it
            File.Move(path, hidden);
        }

        File.Move(hidden, path);
    }

    private (string Number, string Name) OwnGroup()
    {
        var probe = Path.Combine(_directory, "probe");
        File.WriteAllText(probe, "");
        return (StatOf("%g", probe), StatOf("%G", probe));
    }

    private (string Uid, string Gid) OwnIds()
    {
        var probe = Path.Combine(_directory, "probe");
        File.WriteAllText(probe, "");
        return (StatOf("%u", probe), StatOf("%g", probe));
    }

    private static string StatOf(string format, string path)
    {
        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", format, path]) { RedirectStandardOutput = true })!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }
}
