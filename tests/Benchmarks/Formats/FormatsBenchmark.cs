using System.Globalization;
using MailStore.Benchmarks.Sessions;
using MailStore.Tests.Formats;

namespace MailStore.Benchmarks.Formats;

/// <summary>
/// <c>tests/bench formats</c>: deliveries a second of each storage format, each with its own server, in turns. All is durable as in production, PostgreSQL with fsync on the same disk
/// as the Maildirs; only the object store keeps its data in memory, so that its figure is what the gateway and the module cost.
/// </summary>
internal static class FormatsBenchmark
{
    private const string Peer = "maildir";

    public static async Task<int> RunAsync(int rounds, int seconds)
    {
        var formats = StorageFormat.All.Where(format => format.Lack is null).ToList();
        foreach (var format in StorageFormat.All.Except(formats))
            await Console.Error.WriteLineAsync($"{format.Name} is left out: {format.Lack}");
        await using var backends = await FormatServers.StartAsync(onDisk: true, "postgres", "s3");
        var servers = new List<ScratchServer>();
        try
        {
            foreach (var format in formats)
            {
                servers.Add(await ScratchServer.StartAsync(FormatLoad.UserNames, format.Configure(backends)));
                await FormatLoad.AllocateAsync(servers[^1].EndPoint);
                // what is compiled at first use, and once more when it is used much
                await FormatLoad.RunAsync(servers[^1].EndPoint, TimeSpan.FromSeconds(seconds));
            }

            var measured = new List<double[]>();
            for (var round = 0; round < rounds; round++)
            {
                var rates = new double[formats.Count];
                for (var i = 0; i < rates.Length; i++)
                    rates[i] = await FormatLoad.RunAsync(servers[i].EndPoint, TimeSpan.FromSeconds(seconds));
                measured.Add(rates);
            }

            Tell(formats, measured, servers, seconds);
            return 0;
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
        }
    }

    private static void Tell(List<StorageFormat> formats, List<double[]> measured, List<ScratchServer> servers, int seconds)
    {
        var peer = formats.FindIndex(format => format.Name == Peer);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{FormatLoad.Connections} connections, {FormatLoad.Users} users, 4 KB; {measured.Count} rounds of {seconds} s in turns, medians"));
        for (var i = 0; i < formats.Count; i++)
        {
            var rates = measured.Select(round => round[i]).Order().ToList();
            var ratios = measured.Select(round => round[i] / round[peer]).Order().ToList();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{formats[i].Name,-28} {rates[rates.Count / 2],7:F0}/s ({rates[0]:F0} to {rates[^1]:F0})   {ratios[ratios.Count / 2],5:F2} of {Peer}   memory at most {servers[i].MostMegabytes} MB"));
        }
    }
}
