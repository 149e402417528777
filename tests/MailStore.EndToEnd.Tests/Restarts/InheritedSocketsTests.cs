using System.Net;
using System.Net.Sockets;
using MailStore.Benchmarks.Restarts;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Restarts;

/// <summary>Sockets that listen already when the server starts: sd_listen_fds(3).</summary>
public sealed class InheritedSocketsTests : IAsyncLifetime, IDisposable
{
    private const string Alice = "alice@example.org";
    private const int Waiting = 600; // more than many servers let wait

    private static readonly byte[] Mail = "Subject: inherited\r\n\r\nhello\r\n"u8.ToArray();

    private readonly TestPlace _place = new("[lmtp]\nlisten = [\"unix:own.sock\"]\nsocket_mode = \"0600\"\n");
    private readonly Supervisor _supervisor;

    public InheritedSocketsTests() => _supervisor = new Supervisor(MailStoreProgram.Path, _place.Directory);

    private EndPoint Own => new UnixDomainSocketEndPoint(Path.Combine(_place.DataDirectory, "own.sock"));

    public Task InitializeAsync() => _place.AddUsersAsync([Alice]);

    public async Task DisposeAsync() => await _supervisor.DisposeAsync();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task They_are_served_in_place_of_those_of_the_configuration()
    {
        await _supervisor.StartAsync();
        foreach (var endPoint in _supervisor.EndPoints)
            await DeliverAsync(endPoint);
        Assert.False(Path.Exists(Own.ToString()));
        Assert.Equal(2, StoredMaildir.Files(_place.MaildirOf(Alice)).Count);
    }

    [Fact]
    public async Task Clients_that_connect_while_no_server_runs_wait_and_are_served()
    {
        // what the first one did to the sockets must not keep them from waiting for the second one
        await _supervisor.StartAsync();
        Assert.Equal(0, await _supervisor.StopAsync());
        var clients = new List<LmtpClient>();
        try
        {
            foreach (var endPoint in _supervisor.EndPoints)
            {
                for (var i = 0; i < Waiting; i++)
                    clients.Add(await LmtpClient.ConnectRawAsync(endPoint));
            }

            var greetings = clients.Select(client => client.ReadReplyAsync()).ToList();
            await Task.Delay(200);
            Assert.DoesNotContain(greetings, greeting => greeting.IsCompleted);
            await _supervisor.StartAsync();
            Assert.All(await Task.WhenAll(greetings), greeting => Assert.Equal(220, greeting.Code));
        }
        finally
        {
            foreach (var client in clients)
                await client.DisposeAsync();
        }

        await DeliverAsync(_supervisor.Unix);
    }

    [Fact]
    public async Task Mode_and_owner_of_a_Unix_socket_are_left_alone_and_it_outlives_the_server()
    {
        var path = _supervisor.Unix.ToString()!;
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        if (Environment.UserName == "root")
            await Tools.RunAsync("chown", ["4242:4343", path]);
        var before = await StatAsync(path);
        await _supervisor.StartAsync();
        await DeliverAsync(_supervisor.Unix);
        Assert.Equal(before, await StatAsync(path));
        Assert.Equal(0, await _supervisor.StopAsync());
        Assert.Equal(before, await StatAsync(path));
    }

    [Fact]
    public async Task Those_for_another_process_are_left_alone_and_the_manager_hears_of_the_others_when_they_listen()
    {
        _supervisor.MeantFor = "1";
        await _supervisor.StartAsync();
        // no second try: it said that it serves
        await DeliverAsync(Own);
        Assert.Equal("600", Convert.ToString((int)File.GetUnixFileMode(Own.ToString()!), 8));
        Assert.Contains("listens on unix:", _supervisor.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(_supervisor.Tcp.ToString()!, _supervisor.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(_supervisor.Unix.ToString()!, _supervisor.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_listen_stops_the_start_with_the_reason()
    {
        using var idle = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var log = Path.Combine(_place.Directory, "refused.log");
        var environment = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")!, ["LISTEN_FDS"] = "1" };
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root)
            environment["DOTNET_ROOT"] = root;
        var process = SpawnedProcess.Start(
            ["/bin/sh", "-c", "LISTEN_PID=$$ exec \"$@\"", "sh", MailStoreProgram.Path, "serve", "--config", _place.ConfigurationFile], environment, [(int)idle.Handle], log);
        Assert.Equal(78, await process.Exit.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains("file descriptor 3, which systemd handed over, does not listen", await File.ReadAllTextAsync(log), StringComparison.Ordinal);
    }

    private static async Task DeliverAsync(EndPoint endPoint)
    {
        await using var client = await LmtpClient.ConnectAsync(endPoint);
        Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [Alice], Mail)).Code);
    }

    private static Task<string> StatAsync(string path) => Tools.RunAsync("stat", ["-c", "%a %u %g %i", path]);
}
