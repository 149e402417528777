using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MailStore.Benchmarks.Sessions;

/// <summary>The built server on a free port, in a folder that is gone afterwards.</summary>
internal sealed class ScratchServer : IAsyncDisposable
{
    private static readonly string Program =
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../host/MailStore.Host/bin/Release/net10.0/mailstore"));

    /// <summary>In bytes. Up to here an endless line is a mail like any other; the default is 50M, with which that takes longer.</summary>
    public const long LargestMail = 10 << 20;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mailstore-bench-");
    private Process? _process;

    public EndPoint EndPoint { get; } = FreePort();

    public int Megabytes => Read("VmRSS");

    public int MostMegabytes => Read("VmHWM");

    /// <param name="configuration">What differs from the defaults: keys first, then tables.</param>
    public static async Task<ScratchServer> StartAsync(IEnumerable<string> users, string configuration = "")
    {
        var server = new ScratchServer();
        try
        {
            await server.StartHereAsync(users, configuration);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        _folder.Delete(recursive: true);
    }

    private static IPEndPoint FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }

    private async Task StartHereAsync(IEnumerable<string> users, string configuration)
    {
        var modules = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Program)!, "../../../../../modules.d"));
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "mailstore.toml"), $"data_dir = \"data\"\nmodules_dir = '{modules}'\n{configuration}\n[lmtp]\nlisten = [\"{EndPoint}\"]\nmax_message_size = \"{LargestMail >> 20}M\"\n");
        await File.WriteAllLinesAsync(Path.Combine(_folder.FullName, "users"), users);
        using (var import = Run("user", "import", "users"))
        {
            await import.WaitForExitAsync();
            if (import.ExitCode != 0)
                throw new InvalidOperationException($"mailstore user import ended with {import.ExitCode}");
        }

        _process = Run("serve");
        for (var patience = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            using var socket = new Socket(EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(EndPoint);
                return;
            }
            catch (SocketException) when (patience.Elapsed < TimeSpan.FromSeconds(30) && !_process.HasExited)
            {
                // not yet
            }
        }
    }

    private Process Run(params string[] arguments)
    {
        // its log would be the terminal's business, not the benchmark's
        var info = new ProcessStartInfo("/bin/sh") { WorkingDirectory = _folder.FullName };
        foreach (var argument in (string[])["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", Program, .. arguments])
            info.ArgumentList.Add(argument);
        return Process.Start(info)!;
    }

    private int Read(string field)
    {
        var line = File.ReadLines($"/proc/{_process!.Id}/status").First(line => line.StartsWith(field + ":", StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], NumberStyles.None, CultureInfo.InvariantCulture) / 1024;
    }
}
