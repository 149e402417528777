using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MailStore.Benchmarks.Server;

/// <summary>Gathers runs, and tells their medians: a table, JSON with all runs, and a plot.</summary>
internal sealed class ServerReport(ServerOptions options)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly List<(string Server, Cell Cell, Measured Measured)> _runs = [];
    private readonly Dictionary<string, double> _memory = [];
    private readonly Dictionary<string, double?> _flushes = [];

    private IEnumerable<string> Servers => _runs.Select(run => run.Server).Distinct();

    public void Add(string server, Cell cell, Measured measured)
    {
        _runs.Add((server, cell, measured));
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{server,-16} {cell.Connections,3} connections, {cell.Size,6} bytes, {cell.Recipients,2} recipients: {measured.PerSecond,8:F0}/s  p50 {measured.P50,7:F2}  p99 {measured.P99,7:F2}  p99.9 {measured.P999,7:F2} ms  {measured.Processor,6:F0} us{(measured.Failed > 0 ? $"  {measured.Failed} FAILED" : "")}"));
    }

    public void AddMemory(string server, double megabytes) => _memory[server] = megabytes;

    public void AddFlushes(string server, double? each) => _flushes[server] = each;

    public double Median(string server, Cell cell, Func<Measured, double> what)
    {
        var sorted = _runs.Where(run => run.Server == server && run.Cell == cell && run.Measured.Failed == 0).Select(run => what(run.Measured)).Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }

    public async Task WriteAsync()
    {
        var table = Table();
        Console.WriteLine(table);
        if (options.Output is not { } folder)
            return;
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "server.md"), table);
        await File.WriteAllTextAsync(Path.Combine(folder, "server.json"), Json());
        await File.WriteAllTextAsync(Path.Combine(folder, "server.svg"), ServerPlot.Draw(this, [.. Servers], [.. options.Cells.Where(cell => cell is { Size: 4096, Recipients: 1 })]));
    }

    private string Table()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Medians of {options.Runs} runs of {options.Seconds} s, {options.Users} users, {Environment.ProcessorCount} processors, the client among them{(options.Ground is { } ground ? $"; {ground.Kind} in an image of {ground.Size}" : "")}.\n\n");
        text.Append("| connections, size, recipients | server | deliveries/s | p50 ms | p99 ms | p99.9 ms | processor, us a delivery |\n|---|---|---|---|---|---|---|\n");
        foreach (var cell in options.Cells)
        {
            foreach (var server in Servers)
            {
                double Of(Func<Measured, double> what) => Median(server, cell, what);
                text.Append(CultureInfo.InvariantCulture, $"| {cell.Connections}, {cell.Size}, {cell.Recipients} | {server} | {Of(m => m.PerSecond):F0} | ");
                // where none was measured
                text.Append(Of(m => m.P50) == 0 ? "| | | " : string.Create(CultureInfo.InvariantCulture, $"{Of(m => m.P50):F2} | {Of(m => m.P99):F2} | {Of(m => m.P999):F2} | "));
                text.Append(CultureInfo.InvariantCulture, $"{Of(m => m.Processor):F0} |\n");
            }
        }

        AppendRatios(text);
        text.Append("\n| server | memory, MB | flushes a delivery |\n|---|---|---|\n");
        foreach (var (server, megabytes) in _memory)
            text.Append(CultureInfo.InvariantCulture, $"| {server} | {megabytes:F0} | {(_flushes.GetValueOrDefault(server) is { } each ? each.ToString("F2", CultureInfo.InvariantCulture) : "?")} |\n");
        return text.ToString();
    }

    /// <summary>The first build beside each of the others, in percent of what that one has.</summary>
    private void AppendRatios(StringBuilder text)
    {
        var ours = options.Builds[0].Name;
        text.Append(CultureInfo.InvariantCulture, $"\n| {ours} in percent of | connections, size, recipients | deliveries/s | p99 | processor |\n|---|---|---|---|---|\n");
        foreach (var other in Servers.Where(other => other != ours))
        {
            foreach (var cell in options.Cells)
            {
                double Of(Func<Measured, double> what) => 100 * Median(ours, cell, what) / Median(other, cell, what);
                var latency = Of(m => m.P99);
                text.Append(CultureInfo.InvariantCulture, $"| {other} | {cell.Connections}, {cell.Size}, {cell.Recipients} | {Of(m => m.PerSecond):F0} | {(double.IsFinite(latency) ? latency.ToString("F0", CultureInfo.InvariantCulture) : "")} | {Of(m => m.Processor):F0} |\n");
            }
        }
    }

    private string Json() => JsonSerializer.Serialize(
        new
        {
            options.Runs,
            options.Seconds,
            options.Users,
            Processors = Environment.ProcessorCount,
            Ground = options.Ground?.Kind,
            Measured = _runs.Select(run => new { run.Server, run.Cell, run.Measured }),
            MemoryInMegabytes = _memory,
            FlushesADelivery = _flushes,
        },
        Indented);
}
