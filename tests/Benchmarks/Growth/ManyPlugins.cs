using MailStore.Benchmarks.Server;

namespace MailStore.Benchmarks.Growth;

/// <summary>From exec to the first 250, and the memory then, with 200 plugins in <c>modules.d</c> that nobody configured beside the usual ones, and with the usual ones only.</summary>
internal static class ManyPlugins
{
    private const int Strangers = 200;

    public static async Task RunAsync(DirectoryInfo folder, GrowthOptions options)
    {
        var sides = new[] { new Side("usual"), new Side($"usual and {Strangers} more") };
        foreach (var (side, modules) in sides.Zip((string[])["modules-usual", "modules-many"]))
        {
            side.Modules = folder.CreateSubdirectory(modules).FullName;
            StrangerPlugins.CopyUsual(side.Modules);
        }

        StrangerPlugins.Add(sides[1].Modules, Strangers);
        // the first of each warms the page cache
        for (var run = 0; run <= options.Runs; run++)
        {
            foreach (var side in Figures.Turn(sides, run))
            {
                var start = await StartBenchmark.StartOnceAsync(MailStoreServer.Built, side.Modules);
                if (run > 0)
                    side.Starts.Add(start);
            }
        }

        foreach (var side in sides)
            Figures.Tell($"plugins, {side.Name}: first 250 after {side.Milliseconds:F0} ms, {side.Megabytes:F1} MB then (medians of {options.Runs})");
        Figures.Tell($"plugins: {sides[1].Milliseconds - sides[0].Milliseconds:+0;-0} ms and {sides[1].Megabytes - sides[0].Megabytes:+0.0;-0.0} MB with the {Strangers}");
    }

    private sealed class Side(string name)
    {
        public string Name => name;

        public string Modules { get; set; } = "";

        public List<(double Milliseconds, double Megabytes)> Starts { get; } = [];

        public double Milliseconds => Figures.Median(Starts.Select(start => start.Milliseconds));

        public double Megabytes => Figures.Median(Starts.Select(start => start.Megabytes));
    }
}
