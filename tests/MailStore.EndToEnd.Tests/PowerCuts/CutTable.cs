using System.Collections.Concurrent;
using System.Globalization;

namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>All that the tests of a class found, printed when they are over. Thread-safe but for a row, which is one test's.</summary>
public class CutTable : IDisposable
{
    private readonly string[] _titles;
    private readonly ConcurrentQueue<CutRow> _rows = [];

    public CutTable()
        : this("cuts")
    {
    }

    protected CutTable(string violence) => _titles = ["file system", "module", violence, "acknowledged", "lost", "torn", "doubled", "repaired"];

    internal CutRow Add(string fileSystem, string module)
    {
        var row = new CutRow(fileSystem, module);
        _rows.Enqueue(row);
        return row;
    }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (_rows.IsEmpty)
            return;
        foreach (var line in Format())
        {
            Console.WriteLine(line);
            if (Environment.GetEnvironmentVariable("MAILSTORE_TESTS_NOTES") is { Length: > 0 } file)
                File.AppendAllText(file, line + "\n");
        }
    }

    /// <summary>As Markdown, for README.</summary>
    private List<string> Format()
    {
        List<string[]> lines = [_titles];
        lines.AddRange(_rows.OrderBy(row => row.Module, StringComparer.Ordinal).ThenBy(row => row.FileSystem, StringComparer.Ordinal).Select(row => (string[])[
            row.FileSystem, row.Module, .. new[] { row.Cuts, row.Acknowledged, row.Lost, row.Torn, row.Doubled, row.Repaired }.Select(number => number.ToString("N0", CultureInfo.InvariantCulture))]));
        var widths = _titles.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        var texts = lines.Select(line => $"| {string.Join(" | ", line.Select((cell, column) => column < 2 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column])))} |").ToList();
        texts.Insert(1, $"|{string.Join('|', widths.Select((width, column) => new string('-', width + (column < 2 ? 2 : 1)) + (column < 2 ? "" : ":")))}|");
        return texts;
    }
}
