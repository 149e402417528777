using MailStore.Benchmarks.Server;

namespace MailStore.Benchmarks.Growth;

/// <summary>
/// A storm of first mails: 10,000 users who are in the database but have no mailbox yet get a mail each over 32 connections, against 10,000 mails to users who have one. In turns, each
/// time from a start of the server and with others to warm it up, so that its memory is its own.
/// </summary>
internal static class FirstMails
{
    private const int Storm = 10_000, Warmers = 1000;
    private const double Warm = 8;

    private static readonly Cell Load = new(32, 4096, 1);

    public static async Task RunAsync(CTool load, DirectoryInfo folder, GrowthOptions options)
    {
        var sides = new[] { new Side("first"), new Side("later") };
        var users = Warmers + (options.Runs * Storm);
        // those who have a mailbox are the same each time
        await using (var server = await sides[1].StartAsync(folder, Warmers + Storm))
            await StormAsync(load, server, Warmers);
        for (var run = 0; run < options.Runs; run++)
        {
            foreach (var side in Figures.Turn(sides, run))
            {
                await using var server = await side.StartAsync(folder, users);
                await ServerBenchmark.LoadAsync(load, server, Load, Warmers, "-t", $"{Warm}");
                ServerBenchmark.Sync();
                var before = server.Processes.Megabytes;
                var measured = await StormAsync(load, server, side == sides[0] ? Warmers + (run * Storm) : Warmers);
                side.Runs.Add((measured.PerSecond, measured.P99, before, server.Processes.Megabytes));
            }
        }

        foreach (var side in sides)
            Figures.Tell($"{Storm} mails over {Load.Connections} connections, {side.Name} ones of their users: {side.MedianOf(run => run.PerSecond):F0}/s, p99 {side.MedianOf(run => run.P99):F0} ms; {side.MedianOf(run => run.Before):F0} MB before, {side.MedianOf(run => run.After):F0} MB after (medians of {options.Runs})");
        Figures.Tell($"first mails: {sides[0].MedianOf(run => run.PerSecond) / sides[1].MedianOf(run => run.PerSecond):P0} of later ones");
    }

    private static async Task<Measured> StormAsync(CTool load, MailStoreServer server, int firstUser)
    {
        var measured = await ServerBenchmark.LoadAsync(load, server, Load, Storm, "-m", $"{Storm}", "-f", $"{firstUser}");
        return measured.Failed == 0 ? measured : throw new InvalidOperationException($"{measured.Failed} deliveries failed");
    }

    private sealed class Side(string name)
    {
        public string Name => name;

        public List<(double PerSecond, double P99, double Before, double After)> Runs { get; } = [];

        public Task<MailStoreServer> StartAsync(DirectoryInfo folder, int users) =>
            MailStoreServer.StartAsync(name, MailStoreServer.Built, folder.CreateSubdirectory($"storm-{name}").FullName, users);

        public double MedianOf(Func<(double PerSecond, double P99, double Before, double After), double> what) => Figures.Median(Runs.Select(what));
    }
}
