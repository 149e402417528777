using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using MailStore.Benchmarks.Server;

namespace MailStore.Benchmarks;

/// <summary>From exec of the server to the first 250 after a mail, a first one for its user: median of several starts.</summary>
internal static class StartBenchmark
{
    /// <param name="program">Null for the one that is built here.</param>
    public static async Task<int> RunAsync(int runs, string? program)
    {
        program ??= MailStoreServer.Built;
        if (!File.Exists(program))
        {
            await Console.Error.WriteLineAsync($"{program} is missing: build with 'dotnet build -c Release MailStore.Plugins.sln'");
            return 1;
        }

        var times = new List<double>();
        for (var run = 0; run <= runs; run++)
        {
            var (milliseconds, _) = await StartOnceAsync(program, MailStoreServer.ModulesOf(program));
            // the first one warms the page cache
            if (run > 0)
                times.Add(milliseconds);
        }

        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"start to first 250, {runs} runs: median {times[times.Count / 2]:F0} ms, min {times[0]:F0} ms, max {times[^1]:F0} ms"));
        return 0;
    }

    /// <param name="modules">The folder of its plugins.</param>
    /// <returns>How long it took, and the memory that the server takes then.</returns>
    internal static async Task<(double Milliseconds, double Megabytes)> StartOnceAsync(string program, string modules)
    {
        var folder = Directory.CreateTempSubdirectory("mailstore-bench-");
        try
        {
            var socket = Path.Combine(folder.FullName, "lmtp.sock");
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "mailstore.toml"), $"data_dir = \"data\"\nmodules_dir = '{modules}'\n[lmtp]\nlisten = [\"unix:{socket}\"]\n");
            await RunAsync(program, folder.FullName, "user", "add", "alice@example.org");

            var watch = Stopwatch.StartNew();
            using var server = Process.Start(StartInfo(program, folder.FullName, "serve"))!;
            using var connection = await ConnectAsync(socket);
            await using var stream = new NetworkStream(connection);
            using var replies = new StreamReader(stream, Encoding.ASCII);
            await stream.WriteAsync("LHLO bench\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.org>\r\nDATA\r\nSubject: first\r\n\r\nhello\r\n.\r\n"u8.ToArray());
            string? line;
            do
                line = await replies.ReadLineAsync() ?? throw new InvalidOperationException("the server closed the connection");
            while (!line.StartsWith("250 2.0.0", StringComparison.Ordinal) || !line.Contains("stored", StringComparison.Ordinal));
            var elapsed = watch.Elapsed.TotalMilliseconds;
            var megabytes = new ProcessTree(server.Id).Megabytes;
            server.Kill();
            await server.WaitForExitAsync();
            return (elapsed, megabytes);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<Socket> ConnectAsync(string path)
    {
        for (var patience = Stopwatch.StartNew(); ; await Task.Delay(2))
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
                return socket;
            }
            catch (SocketException) when (patience.Elapsed < TimeSpan.FromSeconds(30))
            {
                socket.Dispose();
            }
        }
    }

    private static async Task RunAsync(string program, string folder, params string[] arguments)
    {
        using var process = Process.Start(StartInfo(program, folder, arguments))!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"mailstore {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    private static ProcessStartInfo StartInfo(string program, string folder, params string[] arguments)
    {
        // its log would be the terminal's business, not the benchmark's
        var info = new ProcessStartInfo("/bin/sh") { WorkingDirectory = folder };
        foreach (var argument in (string[])["-c", "exec \"$0\" \"$@\" 2>/dev/null", program, .. arguments])
            info.ArgumentList.Add(argument);
        return info;
    }
}
