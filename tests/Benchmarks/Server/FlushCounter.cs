using System.Diagnostics;
using System.Globalization;

namespace MailStore.Benchmarks.Server;

/// <summary>How often a server asks the system to make something durable, for a delivery: in a run of its own, since tracing slows it down.</summary>
internal static class FlushCounter
{
    private const string Strace = "/usr/bin/strace";

    /// <param name="deliver">Brings mails, and tells how many.</param>
    /// <returns>Null without strace.</returns>
    public static async Task<double?> CountAsync(ProcessTree processes, Func<Task<int>> deliver)
    {
        if (!File.Exists(Strace))
            return null;
        var counts = Path.GetTempFileName();
        try
        {
            string[] attached = [.. processes.All().SelectMany(id => new[] { "-p", $"{id}" })];
            using var strace = Process.Start(new ProcessStartInfo(Strace, ["-f", "-qq", "-c", "-e", "trace=fsync,fdatasync,syncfs,sync_file_range,msync", "-o", counts, .. attached]) { RedirectStandardError = true })!;
            // until it is attached to all threads
            await Task.Delay(TimeSpan.FromSeconds(2));
            var deliveries = await deliver();
            using (var interrupt = Process.Start("/bin/kill", ["-INT", $"{strace.Id}"]))
                await interrupt.WaitForExitAsync();
            await strace.WaitForExitAsync();
            // % time, seconds, usecs/call, calls, errors (may be absent), name; and a line that sums up
            var flushes = File.ReadLines(counts).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(fields => fields.Length >= 5 && fields[^1].Contains("sync", StringComparison.Ordinal)).Sum(fields => long.Parse(fields[3], CultureInfo.InvariantCulture));
            return deliveries == 0 ? null : (double)flushes / deliveries;
        }
        finally
        {
            File.Delete(counts);
        }
    }
}
