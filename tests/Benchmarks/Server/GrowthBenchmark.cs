using System.Globalization;

namespace MailStore.Benchmarks.Server;

/// <summary>
/// <c>tests/bench growth</c>: what a server that knows a million users keeps of the throughput, the memory and the start of one that knows a thousand, where the same
/// thousand get mail; and the memory of a server to which eight connections bring mails of 50 MB. All in turns; medians.
/// </summary>
internal static class GrowthBenchmark
{
    private const int Few = 1000;
    private const int LargeConnections = 8, Large = 50 * 1000 * 1000, LargeMails = 3 * LargeConnections;
    private const double Seconds = 2, Warm = 10;

    private static readonly IReadOnlyList<Cell> Cells = Cell.ParseAll("1,8,32");

    /// <param name="runs">Of each, starts and loads.</param>
    /// <param name="many">How many users the one server knows.</param>
    public static async Task<int> RunAsync(int runs, int many)
    {
        var folder = Directory.CreateTempSubdirectory("mailstore-bench-");
        var sides = new[] { new Side("few", Few), new Side("many", many) };
        try
        {
            var load = await CTool.BuildAsync("load", folder.FullName);
            // the first start of each makes its users
            for (var run = 0; run <= runs; run++)
            {
                foreach (var side in Turn(sides, run))
                {
                    await using var server = await side.StartAsync(folder);
                    if (run > 0)
                        side.Starts.Add(server.StartTime.TotalMilliseconds);
                }
            }

            await CompareAsync(load, folder, sides, runs);
            await BringLargeAsync(load, folder, sides[0]);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task CompareAsync(CTool load, DirectoryInfo folder, Side[] sides, int runs)
    {
        try
        {
            foreach (var side in sides)
            {
                side.Server = await side.StartAsync(folder);
                Tell($"{side.Users} users: listens after {Median(side.Starts):F0} ms (median of {runs}), takes {side.Server.Processes.Megabytes:F0} MB then");
                await ServerBenchmark.WarmUpAsync(load, side.Server, Few, Warm);
            }

            Tell($"start: {Median(sides[1].Starts) / Median(sides[0].Starts):P0} of that with few users");
            foreach (var cell in Cells)
            {
                foreach (var run in Enumerable.Range(0, runs))
                {
                    foreach (var side in Turn(sides, run))
                    {
                        ServerBenchmark.Sync();
                        side.Rates.Add((cell, (await ServerBenchmark.LoadAsync(load, side.Server!, cell, Few, "-t", Text(Seconds))).PerSecond));
                    }
                }

                Tell($"{cell.Connections} connections: {sides[0].MedianOf(cell):F0}/s with few users, {sides[1].MedianOf(cell):F0}/s with many: {sides[1].MedianOf(cell) / sides[0].MedianOf(cell):P0}");
            }

            foreach (var side in sides)
                Tell($"{side.Users} users: {side.Server!.Processes.Megabytes:F0} MB after the load");
        }
        finally
        {
            foreach (var side in sides)
                await (side.Server?.DisposeAsync() ?? default);
        }
    }

    private static async Task BringLargeAsync(CTool load, DirectoryInfo folder, Side side)
    {
        await using var server = await side.StartAsync(folder);
        var before = server.Processes.Megabytes;
        var measured = await ServerBenchmark.LoadAsync(load, server, new Cell(LargeConnections, Large, 1), Few, "-m", Text(LargeMails));
        Tell($"{LargeMails} mails of {Large / 1_000_000} MB over {LargeConnections} connections: {measured.PerSecond * Large / 1e6:F0} MB/s, {measured.Failed} failed; the server takes {before:F0} MB before and {server.Processes.MostResidentMegabytes:F0} MB at most");
    }

    private static IEnumerable<Side> Turn(Side[] sides, int run) => run % 2 == 0 ? sides : sides.Reverse();

    private static double Median(IEnumerable<double> numbers) => numbers.Order().ElementAt(numbers.Count() / 2);

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Tell(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));

    /// <summary>One server, and what was measured of it.</summary>
    private sealed class Side(string name, int users)
    {
        public int Users => users;

        public MailStoreServer? Server { get; set; }

        public List<double> Starts { get; } = [];

        public List<(Cell Cell, double PerSecond)> Rates { get; } = [];

        public Task<MailStoreServer> StartAsync(DirectoryInfo folder) => MailStoreServer.StartAsync(name, MailStoreServer.Built, folder.CreateSubdirectory(name).FullName, users);

        public double MedianOf(Cell cell) => Median(Rates.Where(rate => rate.Cell == cell).Select(rate => rate.PerSecond));
    }
}
