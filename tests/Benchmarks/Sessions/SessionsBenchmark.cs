using System.Diagnostics;
using System.Globalization;

namespace MailStore.Benchmarks.Sessions;

/// <summary><c>tests/bench sessions</c>: what is left to good clients while bad ones hold their connections, and holds it to its goal.</summary>
internal static class SessionsBenchmark
{
    private const double LeastShare = 0.8;

    /// <returns>The exit code: 0 if the goal is met.</returns>
    public static async Task<int> RunAsync(int runs, int seconds)
    {
        var length = TimeSpan.FromSeconds(seconds);
        await using var server = await ScratchServer.StartAsync([.. GoodClients.Users, EndlessLines.Recipient]);
        // the first mails of users, and what is compiled at first use
        await GoodClients.RunAsync(server.EndPoint, length);

        var shares = new List<double>();
        for (var run = 0; run < runs; run++)
        {
            var alone = await GoodClients.RunAsync(server.EndPoint, length);
            var atRest = server.Megabytes;
            await using var bad = await BadClients.StartAsync(server.EndPoint, ScratchServer.LargestMail);
            var (before, at) = (bad.EndlessBytes, Stopwatch.GetTimestamp());
            var beside = await GoodClients.RunAsync(server.EndPoint, length);
            var rate = (bad.EndlessBytes - before) / Stopwatch.GetElapsedTime(at).TotalSeconds / 1e6;
            if (alone.Refused.Count + beside.Refused.Count > 0)
                throw new InvalidOperationException($"good clients were refused: {alone.Refused.Concat(beside.Refused).First()}");
            shares.Add(beside.PerSecond / alone.PerSecond);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"alone {alone.PerSecond,7:F0}/s   beside the bad ones {beside.PerSecond,7:F0}/s   {shares[^1],5:P0}   memory {atRest} MB, then {server.Megabytes} MB   endless lines {rate:F0} MB/s, {bad.EndlessCut} cut   idle closed {bad.IdleClosed}"));
        }

        shares.Sort();
        var share = shares[shares.Count / 2];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{GoodClients.Count} good clients keep {share:P0} beside {BadClients.Idle} idle, {BadClients.Slow} slow and {BadClients.Endless} endless ones (median of {runs}); the server used at most {server.MostMegabytes} MB"));
        Console.WriteLine($"the goal, {LeastShare:P0} or more, is {(share >= LeastShare ? "met" : "missed")}");
        return share >= LeastShare ? 0 : 1;
    }
}
