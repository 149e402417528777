using MailStore.Benchmarks.Server;

namespace MailStore.Benchmarks.Growth;

/// <summary>Deliveries into one mailbox that holds 100,000 mails, in turns with deliveries into one that holds none.</summary>
internal static class FullMailbox
{
    private const int Mails = 100_000, MailSize = 1024, FullOne = 0;
    private const double Seconds = 2, Warm = 10;

    private static readonly IReadOnlyList<Cell> Cells = Cell.ParseAll("1,8,32");

    public static async Task RunAsync(CTool load, DirectoryInfo folder, GrowthOptions options)
    {
        var warmer = FullOne + 1 + (Cells.Count * options.Runs);
        await using var server = await MailStoreServer.StartAsync("mailbox", MailStoreServer.Built, folder.CreateSubdirectory("mailbox").FullName, warmer + 1);
        await DeliverAsync(load, server, new Cell(8, 4096, 1), warmer, "-t", $"{Warm}");
        await DeliverAsync(load, server, new Cell(32, MailSize, 1), FullOne, "-m", $"{Mails}");
        var nextEmpty = FullOne + 1;
        foreach (var cell in Cells)
        {
            var (full, empty) = (new List<double>(), new List<double>());
            for (var run = 0; run < options.Runs; run++)
            {
                foreach (var isFull in Figures.Turn([true, false], run))
                {
                    var user = isFull ? FullOne : nextEmpty++;
                    // the first one makes the mailbox
                    await DeliverAsync(load, server, cell, user, "-m", "1");
                    ServerBenchmark.Sync();
                    (isFull ? full : empty).Add(await DeliverAsync(load, server, cell, user, "-t", $"{Seconds}"));
                }
            }

            Figures.Tell($"one mailbox, {cell.Connections} connections: {Figures.Median(empty):F0}/s into an empty one, {Figures.Median(full):F0}/s where {Mails} mails are: {Figures.Median(full) / Figures.Median(empty):P0} (medians of {options.Runs})");
        }

        Figures.Tell($"one mailbox: the server takes {server.Processes.Megabytes:F0} MB after the load");
    }

    private static async Task<double> DeliverAsync(CTool load, MailStoreServer server, Cell cell, int user, params string[] span)
    {
        var measured = await ServerBenchmark.LoadAsync(load, server, cell, 1, [.. span, "-f", $"{user}"]);
        return measured.Failed == 0 ? measured.PerSecond : throw new InvalidOperationException($"{measured.Failed} deliveries failed");
    }
}
