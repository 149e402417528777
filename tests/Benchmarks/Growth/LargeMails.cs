using MailStore.Benchmarks.Server;

namespace MailStore.Benchmarks.Growth;

/// <summary>The memory of a server to which eight connections bring mails of 50 MB.</summary>
internal static class LargeMails
{
    private const int Connections = 8, Size = 50 * 1000 * 1000, Mails = 3 * Connections, Users = 1000;

    public static async Task RunAsync(CTool load, DirectoryInfo folder, GrowthOptions options)
    {
        await using var server = await MailStoreServer.StartAsync("large", MailStoreServer.Built, folder.CreateSubdirectory("large").FullName, Users);
        var before = server.Processes.Megabytes;
        var measured = await ServerBenchmark.LoadAsync(load, server, new Cell(Connections, Size, 1), Users, "-m", $"{Mails}");
        Figures.Tell($"{Mails} mails of {Size / 1_000_000} MB over {Connections} connections: {measured.PerSecond * Size / 1e6:F0} MB/s, {measured.Failed} failed; the server takes {before:F0} MB before and {server.Processes.MostResidentMegabytes:F0} MB at most");
    }
}
