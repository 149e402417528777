using System.Diagnostics;
using System.Globalization;
using MailStore.Benchmarks.Grounds;

namespace MailStore.Benchmarks.Server;

/// <summary>
/// <c>tests/bench server</c>: deliveries a second, latency, processor time, memory and flushes of the whole server, beside what the disk alone can do, and beside Dovecot
/// and Postfix where they are installed. All are up at once and take turns within seconds, in an order that rotates: on a machine that others use, too, only figures that were taken side by
/// side can be compared.
/// </summary>
internal static class ServerBenchmark
{
    public const string Limit = "disk alone";
    public const string JournalLimit = "disk alone, journal";

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var options = ServerOptions.Parse(arguments);
        return options.Ground is { } wanted
            ? await GroundRun.RunAsync(wanted, options.Place, ground => RunAsync(options with { Place = ground.Folder, Keeps = true }, ground))
            : await RunAsync(options, null);
    }

    /// <param name="ground">That the mail goes to, if it is one that can get full.</param>
    private static async Task<int> RunAsync(ServerOptions options, Ground? ground)
    {
        var folder = options.Place is { } place ? Directory.CreateDirectory(Path.Combine(place, $"mailstore-bench-{Environment.ProcessId}")) : Directory.CreateTempSubdirectory("mailstore-bench-");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0x1ED); // 0755: Dovecot works as another user
        var servers = new List<ILoadedServer>();
        try
        {
            var load = await CTool.BuildAsync("load", folder.FullName);
            var disk = await CTool.BuildAsync("limit", folder.FullName);
            var diskFolder = folder.CreateSubdirectory("disk").FullName;
            foreach (var (name, program, extra) in options.Builds)
                servers.Add(await MailStoreServer.StartAsync(name, program, folder.CreateSubdirectory(name).FullName, options.Users, extra));
            if (options.WithPeers)
                await StartPeersAsync(servers, folder, options);
            var ours = servers.OfType<MailStoreServer>().First();
            var report = new ServerReport(options);
            foreach (var server in servers)
            {
                await WarmUpAsync(load, server, options.Users, options.Warm);
                await (ground?.ThrowIfFullAsync() ?? Task.CompletedTask);
            }

            var turn = 0;
            for (var run = 0; run < options.Runs; run++)
            {
                foreach (var cell in options.Cells)
                {
                    turn++;
                    for (var i = 0; i < servers.Count; i++)
                    {
                        var server = servers[(i + turn) % servers.Count];
                        Sync();
                        report.Add(server.Name, cell, await LoadAsync(load, server, cell, options.Users, "-t", Text(options.Seconds)));
                    }

                    // the same work: with the headers that the server adds, a mail of 4 KB takes a block more
                    var stored = cell with { Size = await ours.ReadStoredSizeAsync() };
                    Sync();
                    report.Add(Limit, cell, await LimitAsync(disk, diskFolder, stored, options));
                    if (options.WithJournal)
                    {
                        Sync();
                        report.Add(JournalLimit, cell, await LimitAsync(disk, diskFolder, stored, options, "-j"));
                    }

                    await (ground?.ThrowIfFullAsync() ?? Task.CompletedTask);
                }
            }

            foreach (var server in servers)
            {
                report.AddMemory(server.Name, server.Processes.Megabytes);
                report.AddFlushes(server.Name, await FlushCounter.CountAsync(server.Processes, async () => (await LoadAsync(load, server, new Cell(8, 4096, 1), options.Users, "-m", "400")).Failed == 0 ? 400 : 0));
            }

            await report.WriteAsync();
            return 0;
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
            if (!options.Keeps)
                folder.Delete(recursive: true);
        }
    }

    private static async Task StartPeersAsync(List<ILoadedServer> servers, DirectoryInfo folder, ServerOptions options)
    {
        if (DovecotLmtp.Exists)
            servers.Add(await DovecotLmtp.StartAsync(folder.CreateSubdirectory("dovecot").FullName, options.Cells.Max(cell => cell.Connections)));
        else
            await Console.Error.WriteLineAsync("Dovecot is not there (package dovecot-lmtpd, as root): not compared with");
        if (PostfixVirtual.Exists)
            servers.Add(await PostfixVirtual.StartAsync(folder.CreateSubdirectory("postfix").FullName, options.Users));
        else
            await Console.Error.WriteLineAsync("Postfix is not there (package postfix, as root): not compared with");
    }

    /// <summary>First mails, and time for the runtime to compile for good what is called often: it takes some seconds of a processor, beside the load.</summary>
    internal static async Task WarmUpAsync(CTool load, ILoadedServer server, int users, double seconds)
    {
        await LoadAsync(load, server, new Cell(8, 4096, 1), users, "-m", $"{20 * users}");
        await LoadAsync(load, server, new Cell(8, 4096, 1), users, "-t", Text(seconds));
    }

    /// <summary>What the last one left to be written is not the next one's load.</summary>
    internal static void Sync()
    {
        using var sync = Process.Start("/bin/sync");
        sync.WaitForExit();
    }

    internal static async Task<Measured> LoadAsync(CTool load, ILoadedServer server, Cell cell, long users, params string[] span)
    {
        var processor = server.Processes.Processor;
        var told = await load.RunAsync([
            .. span, .. (string[])(server.IsQueueing ? ["-S"] : []), "-c", $"{cell.Connections}", "-s", $"{cell.Size}", "-n", $"{cell.Recipients}", "-u", $"{users}", "127.0.0.1", $"{server.Port}"]);
        var since = Stopwatch.GetTimestamp();
        var lost = await server.SettleAsync();
        var deliveries = told.GetProperty("deliveries").GetInt64();
        var seconds = told.GetProperty("seconds").GetDouble() + (server.IsQueueing ? Stopwatch.GetElapsedTime(since).TotalSeconds : 0);
        double LatencyOf(string what) => server.IsQueueing ? 0 : told.GetProperty(what).GetDouble();
        return new Measured(
            deliveries / seconds, LatencyOf("p50"), LatencyOf("p99"), LatencyOf("p999"), (server.Processes.Processor - processor) / Math.Max(deliveries, 1), told.GetProperty("failed").GetInt64() + lost);
    }

    internal static async Task<Measured> LimitAsync(CTool disk, string folder, Cell cell, ServerOptions options, params string[] how)
    {
        var told = await disk.RunAsync([.. how, "-t", $"{cell.Connections}", "-T", Text(options.Seconds), "-s", $"{cell.Size}", "-u", $"{options.Users}", folder]);
        return new Measured(told.GetProperty("files").GetInt64() / told.GetProperty("seconds").GetDouble(), 0, 0, 0, told.GetProperty("cpu").GetDouble(), 0);
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
