using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using MailStore.Tests;

namespace MailStore.Benchmarks.Server;

/// <summary>The built server, or another build of it, with its log in a file as an administrator would have it.</summary>
internal sealed partial class MailStoreServer : ILoadedServer
{
    public static readonly string Built = Path.Combine(RepositoryRoot.Path, "host", "MailStore.Host", "bin", "Release", "net10.0", "mailstore");

    private readonly Process _process;
    private readonly string _log;

    private MailStoreServer(string name, int port, Process process, string log, TimeSpan startTime)
    {
        (Name, Port, _process, _log, StartTime) = (name, port, process, log, startTime);
        Processes = new ProcessTree(process.Id);
    }

    public string Name { get; }

    public int Port { get; }

    public ProcessTree Processes { get; }

    /// <summary>From exec until it listened.</summary>
    public TimeSpan StartTime { get; }

    /// <param name="program">With the plugins that lie beside it in <c>modules.d</c>, or those that were built here.</param>
    /// <param name="folder">Where it works; users that are there already are kept.</param>
    /// <param name="extra">Further lines of its configuration, in front of the tables.</param>
    public static async Task<MailStoreServer> StartAsync(string name, string program, string folder, long users, string extra = "")
    {
        var port = FreePort();
        var modules = ModulesOf(program);
        Directory.CreateDirectory(folder);
        var configuration = Path.Combine(folder, "mailstore.toml");
        await File.WriteAllTextAsync(configuration, $"data_dir = \"data\"\nmodules_dir = '{modules}'\n{extra}\n[lmtp]\nlisten = [\"127.0.0.1:{port}\"]\n");
        if (!File.Exists(Path.Combine(folder, "data", "users.db")))
            await ImportAsync(program, configuration, users);
        var began = Stopwatch.GetTimestamp();
        var log = Path.Combine(folder, "log");
        var process = Process.Start("/bin/sh", ["-c", "exec \"$0\" --config \"$1\" serve </dev/null >\"$2\" 2>&1", program, configuration, log]);
        for (; ; await Task.Delay(2))
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return new MailStoreServer(name, port, process, log, Stopwatch.GetElapsedTime(began));
            }
            catch (SocketException) when (!process.HasExited && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60))
            {
                // not yet
            }
        }
    }

    /// <summary>How many bytes the file of the last mail has, as its name tells that is in the log.</summary>
    public async Task<int> ReadStoredSizeAsync()
    {
        using var log = new FileStream(_log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Seek(-Math.Min(log.Length, 16 * 1024), SeekOrigin.End);
        using var reader = new StreamReader(log);
        return int.Parse(StoredSize().Matches(await reader.ReadToEndAsync())[^1].Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>The plugins that lie beside it, or those that were built here.</summary>
    internal static string ModulesOf(string program)
    {
        var beside = Path.Combine(Path.GetDirectoryName(program)!, "modules.d");
        return Directory.Exists(beside) ? beside : Path.Combine(RepositoryRoot.Path, "modules.d");
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(",S=([0-9]+),")]
    private static partial Regex StoredSize();

    private static async Task ImportAsync(string program, string configuration, long users)
    {
        using var import = Process.Start(new ProcessStartInfo(program, ["--config", configuration, "user", "import", "-"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        var errors = import.StandardError.ReadToEndAsync();
        for (var i = 0L; i < users; i++)
            await import.StandardInput.WriteAsync($"user{i}@example.test\n");
        import.StandardInput.Close();
        await import.WaitForExitAsync();
        if (import.ExitCode != 0)
            throw new InvalidOperationException($"mailstore user import ended with {import.ExitCode}: {await errors}");
    }
}
