using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MailStore.Benchmarks.Restarts;

/// <summary>
/// What systemd is to the server, in small: holds a TCP and a Unix socket that listen from its first moment to its last, hands them to one server after the other
/// (<c>LISTEN_FDS</c>, <c>LISTEN_PID</c>), and hears from each when it serves and when it stops (<c>NOTIFY_SOCKET</c>).
/// </summary>
internal sealed class Supervisor : IAsyncDisposable
{
    private const int Backlog = 4096;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _program;
    private readonly string _folder;
    private readonly Socket _tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _unix = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _log;
    private SpawnedProcess? _process;

    /// <param name="program">The server.</param>
    /// <param name="folder">Where it starts, with its configuration; the sockets and the log are put there, too.</param>
    public Supervisor(string program, string folder)
    {
        (_program, _folder) = (program, folder);
        _log = Path.Combine(folder, "supervised.log");
        Manager = new NotifySocket(Path.Combine(folder, "notify.sock"));
        _tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _unix.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, "inherited.sock")));
        _tcp.Listen(Backlog);
        _unix.Listen(Backlog);
    }

    public EndPoint Tcp => _tcp.LocalEndPoint!;

    public EndPoint Unix => _unix.LocalEndPoint!;

    public IReadOnlyList<EndPoint> EndPoints => [Tcp, Unix];

    public NotifySocket Manager { get; }

    /// <summary>Of the server that runs.</summary>
    public SpawnedProcess Process => _process ?? throw new InvalidOperationException("no server runs");

    /// <summary>What all servers wrote.</summary>
    public string Log => File.Exists(_log) ? File.ReadAllText(_log) : "";

    /// <summary>Whose process the sockets are said to be for, as a word for the shell that becomes the server: its own.</summary>
    public string MeantFor { get; set; } = "$$";

    /// <summary>Starts a server, and waits until it says that it serves.</summary>
    /// <returns>When it said so: a timestamp of <see cref="Stopwatch"/>.</returns>
    public async Task<long> StartAsync()
    {
        var from = Manager.Count;
        Launch();
        using var patience = new CancellationTokenSource(Patience);
        var ready = Manager.WaitAsync("READY=1", from, patience.Token);
        await Task.WhenAny(ready, Process.Exit);
        if (!ready.IsCompletedSuccessfully && Process.Exit.IsCompleted)
            throw new InvalidOperationException($"the server ended with {await Process.Exit} before it served: {Log}");
        return await ready;
    }

    /// <summary>Starts a server, and waits for nothing.</summary>
    public void Launch()
    {
        if (_process is { Exit.IsCompleted: false })
            throw new InvalidOperationException("a server runs already");
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(variable => (string)variable.Key, variable => (string)variable.Value!);
        environment["MAILSTORE_CONFIG"] = "";
        environment["NO_COLOR"] = "1";
        environment["NOTIFY_SOCKET"] = Manager.Path;
        environment["LISTEN_FDS"] = "2";
        environment["LISTEN_FDNAMES"] = "mailstore.socket:mailstore.socket";
        var script = string.Create(CultureInfo.InvariantCulture, $"cd \"$0\" && export LISTEN_PID={MeantFor} && exec \"$@\"");
        _process = SpawnedProcess.Start(
            ["/bin/sh", "-c", script, _folder, _program, "serve"], environment, [(int)_tcp.Handle, (int)_unix.Handle], _log);
    }

    /// <summary>Ends the server as <c>systemctl stop</c> does.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        Process.Signal(PosixSignal.SIGTERM);
        return await Process.Exit.WaitAsync(Patience);
    }

    /// <summary>As <c>systemctl restart</c>: the next server starts as soon as the last one has ended.</summary>
    public async Task<Restart> RestartAsync()
    {
        var began = Stopwatch.GetTimestamp();
        var exitCode = await StopAsync();
        var stopped = Stopwatch.GetTimestamp();
        if (exitCode != 0)
            throw new InvalidOperationException($"the server ended with {exitCode}: {Log}");
        var ready = await StartAsync();
        return new Restart(began, stopped, ready);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { Exit.IsCompleted: false })
        {
            _process.Kill();
            await _process.Exit;
        }

        Manager.Dispose();
        _tcp.Dispose();
        _unix.Dispose();
    }
}
