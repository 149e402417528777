using System.Globalization;
using System.Text.Json;
using MailStore.Benchmarks.Grounds;
using MailStore.Tests;

namespace MailStore.Benchmarks.Server;

/// <summary>
/// <c>tests/bench guard</c>: deliveries a second as a share of what the disk alone can do (<c>limit.c</c>), both without a journal, so that it is the same everywhere, taken in turns, and held to the shares in <c>guard.json</c>. A
/// third less than there is a fault. <c>--commit</c> writes what was measured into it. With <c>--place FOLDER</c> the mail goes there, and stays: whoever gave the folder
/// removes it when nothing is measured any more. <c>--ground</c>: as for the server.
/// </summary>
internal static class GuardBenchmark
{
    private const double Least = 2.0 / 3;
    private const int Runs = 5;
    private const int Users = 1000;

    private static readonly string Committed = Path.Combine(RepositoryRoot.Path, "tests", "Benchmarks", "Server", "guard.json");
    private static readonly IReadOnlyList<Cell> Cells = Cell.ParseAll("1,8,32");
    private static readonly ServerOptions Options = ServerOptions.Parse(["--runs", $"{Runs}", "--seconds", "1.5", "--no-peers"]);

    /// <returns>The exit code: 0 if nothing has become slower.</returns>
    public static Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var commit = arguments.Contains("--commit");
        var place = arguments.SkipWhile(argument => argument != "--place").ElementAtOrDefault(1);
        return GroundOptions.Find(arguments) is { } wanted
            ? GroundRun.RunAsync(wanted, place, ground => RunAsync(commit, ground.Folder, ground))
            : RunAsync(commit, place, null);
    }

    private static async Task<int> RunAsync(bool commit, string? place, Ground? ground)
    {
        var folder = place is null ? Directory.CreateTempSubdirectory("mailstore-bench-") : Directory.CreateDirectory(place);
        try
        {
            var shares = await MeasureAsync(folder, ground);
            if (commit)
                await File.WriteAllTextAsync(Committed, JsonSerializer.Serialize(shares.ToDictionary(share => $"{share.Key}", share => Math.Round(share.Value, 3))) + "\n");
            return Judge(shares, JsonSerializer.Deserialize<Dictionary<string, double>>(await File.ReadAllTextAsync(Committed))!);
        }
        finally
        {
            if (place is null)
                folder.Delete(recursive: true);
        }
    }

    /// <returns>By connections: the median of the runs.</returns>
    private static async Task<Dictionary<int, double>> MeasureAsync(DirectoryInfo folder, Ground? ground)
    {
        var load = await CTool.BuildAsync("load", folder.FullName);
        var disk = await CTool.BuildAsync("limit", folder.FullName);
        var diskFolder = folder.CreateSubdirectory("disk").FullName;
        await using var server = await MailStoreServer.StartAsync("mailstore", MailStoreServer.Built, folder.CreateSubdirectory("mailstore").FullName, Users, "[mda.maildir]\ndurability = \"direct\"");
        await ServerBenchmark.WarmUpAsync(load, server, Users, Options.Warm);
        var shares = Cells.ToDictionary(cell => cell.Connections, _ => new List<double>());
        for (var run = 0; run < Runs; run++)
        {
            foreach (var cell in Cells)
            {
                ServerBenchmark.Sync();
                var ours = await ServerBenchmark.LoadAsync(load, server, cell, Users, "-t", Options.Seconds.ToString(CultureInfo.InvariantCulture));
                ServerBenchmark.Sync();
                var limit = await ServerBenchmark.LimitAsync(disk, diskFolder, cell, Options);
                await (ground?.ThrowIfFullAsync() ?? Task.CompletedTask);
                if (ours.Failed > 0)
                    throw new InvalidOperationException($"{ours.Failed} deliveries failed");
                shares[cell.Connections].Add(ours.PerSecond / limit.PerSecond);
            }
        }

        return shares.ToDictionary(share => share.Key, share => share.Value.Order().ElementAt(Runs / 2));
    }

    private static int Judge(Dictionary<int, double> shares, Dictionary<string, double> committed)
    {
        var isSlower = false;
        foreach (var (connections, share) in shares)
        {
            var expected = committed[$"{connections}"];
            var isFault = share < Least * expected;
            isSlower |= isFault;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{connections} connections: {share:P0} of what the disk alone can do (median of {Runs}), {expected:P0} committed{(isFault ? ": SLOWER by more than a third" : "")}"));
        }

        return isSlower ? 1 : 0;
    }
}
