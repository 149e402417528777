using MailStore.Benchmarks.Server;

namespace MailStore.Benchmarks.Growth;

/// <summary>
/// What a server that knows a million users keeps of the throughput, the memory and the start of one that knows a thousand, where the same thousand get mail.
/// </summary>
internal static class ManyUsers
{
    private const int Few = 1000;
    private const double Seconds = 2, Warm = 10;

    private static readonly IReadOnlyList<Cell> Cells = Cell.ParseAll("1,8,32");

    public static async Task RunAsync(CTool load, DirectoryInfo folder, GrowthOptions options)
    {
        var sides = new[] { new Side("few", Few), new Side("many", options.Users) };
        // the first start of each makes its users
        for (var run = 0; run <= options.Runs; run++)
        {
            foreach (var side in Figures.Turn(sides, run))
            {
                await using var server = await side.StartAsync(folder);
                if (run > 0)
                    side.Starts.Add(server.StartTime.TotalMilliseconds);
            }
        }

        await CompareAsync(load, folder, sides, options.Runs);
    }

    private static async Task CompareAsync(CTool load, DirectoryInfo folder, Side[] sides, int runs)
    {
        try
        {
            foreach (var side in sides)
            {
                side.Server = await side.StartAsync(folder);
                Figures.Tell($"{side.Users} users: listens after {Figures.Median(side.Starts):F0} ms (median of {runs}), takes {side.Server.Processes.Megabytes:F0} MB then");
                await ServerBenchmark.WarmUpAsync(load, side.Server, Few, Warm);
            }

            Figures.Tell($"start: {Figures.Median(sides[1].Starts) / Figures.Median(sides[0].Starts):P0} of that with few users");
            foreach (var cell in Cells)
            {
                foreach (var run in Enumerable.Range(0, runs))
                {
                    foreach (var side in Figures.Turn(sides, run))
                    {
                        ServerBenchmark.Sync();
                        side.Rates.Add((cell, (await ServerBenchmark.LoadAsync(load, side.Server!, cell, Few, "-t", $"{Seconds}")).PerSecond));
                    }
                }

                Figures.Tell($"{cell.Connections} connections: {sides[0].MedianOf(cell):F0}/s with few users, {sides[1].MedianOf(cell):F0}/s with many: {sides[1].MedianOf(cell) / sides[0].MedianOf(cell):P0}");
            }

            foreach (var side in sides)
                Figures.Tell($"{side.Users} users: {side.Server!.Processes.Megabytes:F0} MB after the load");
        }
        finally
        {
            foreach (var side in sides)
                await (side.Server?.DisposeAsync() ?? default);
        }
    }

    /// <summary>One server, and what was measured of it.</summary>
    private sealed class Side(string name, int users)
    {
        public int Users => users;

        public MailStoreServer? Server { get; set; }

        public List<double> Starts { get; } = [];

        public List<(Cell Cell, double PerSecond)> Rates { get; } = [];

        public Task<MailStoreServer> StartAsync(DirectoryInfo folder) => MailStoreServer.StartAsync(name, MailStoreServer.Built, folder.CreateSubdirectory(name).FullName, users);

        public double MedianOf(Cell cell) => Figures.Median(Rates.Where(rate => rate.Cell == cell).Select(rate => rate.PerSecond));
    }
}
