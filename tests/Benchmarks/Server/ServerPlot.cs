using System.Globalization;
using System.Text;

namespace MailStore.Benchmarks.Server;

/// <summary>Draws throughput and latency over connections as SVG.</summary>
internal static class ServerPlot
{
    private const int Width = 460, Height = 300, Left = 60, Bottom = 40, Top = 40, Right = 20;

    private static readonly string[] Colours = ["#1b6ca8", "#c0392b", "#7f8c8d", "#27ae60", "#8e44ad"];

    /// <param name="cells">By which the servers are compared; their connections make the axis.</param>
    public static string Draw(ServerReport report, IReadOnlyList<string> servers, IReadOnlyList<Cell> cells)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{2 * Width}\" height=\"{Height}\" font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        Panel(svg, 0, "deliveries a second", servers, cells, (server, cell) => report.Median(server, cell, m => m.PerSecond), isLogarithmic: false);
        Panel(svg, Width, "p99 in ms", [.. servers.Where(server => server != ServerBenchmark.Limit)], cells, (server, cell) => report.Median(server, cell, m => m.P99), isLogarithmic: true);
        return svg.Append("</svg>\n").ToString();
    }

    private static void Panel(
        StringBuilder svg, int x, string title, IReadOnlyList<string> servers, IReadOnlyList<Cell> cells, Func<string, Cell, double> value, bool isLogarithmic)
    {
        var values = servers.SelectMany(server => cells.Select(cell => value(server, cell))).Where(double.IsFinite).ToList();
        if (values.Count == 0)
            return;
        double Scale(double v) => isLogarithmic ? Math.Log10(Math.Max(v, 0.1)) : v;
        var (low, high) = (isLogarithmic ? Math.Floor(Scale(values.Min())) : 0, isLogarithmic ? Math.Ceiling(Scale(values.Max())) : RoundUp(values.Max()));
        double X(int index) => x + Left + index * (double)(Width - Left - Right) / Math.Max(cells.Count - 1, 1);
        double Y(double v) => Height - Bottom - (Scale(v) - low) / (high - low) * (Height - Top - Bottom);

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + Left}\" y=\"18\" font-size=\"13\">{title}</text>\n");
        for (var tick = low; tick <= high + 1e-9; tick += isLogarithmic ? 1 : high / 5)
        {
            var v = isLogarithmic ? Math.Pow(10, tick) : tick;
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x + Left}\" x2=\"{x + Width - Right}\" y1=\"{Y(v):F1}\" y2=\"{Y(v):F1}\" stroke=\"#dddddd\"/><text x=\"{x + Left - 6}\" y=\"{Y(v) + 4:F1}\" text-anchor=\"end\">{v:G5}</text>\n");
        }

        for (var i = 0; i < cells.Count; i++)
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(i):F1}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{cells[i].Connections}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + (Width + Left) / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\">connections</text>\n");
        for (var s = 0; s < servers.Count; s++)
        {
            var points = string.Join(' ', cells.Select((cell, i) => string.Create(CultureInfo.InvariantCulture, $"{X(i):F1},{Y(value(servers[s], cell)):F1}")));
            var colour = Colours[s % Colours.Length];
            svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/><text x=\"{x + Left + 120 * s}\" y=\"33\" fill=\"{colour}\">{servers[s]}</text>\n");
        }
    }

    /// <summary>To the next number of one figure, so that the axis has round ticks.</summary>
    private static double RoundUp(double value)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return Math.Ceiling(value / unit) * unit;
    }
}
