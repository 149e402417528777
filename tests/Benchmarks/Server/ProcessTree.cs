using System.Globalization;

namespace MailStore.Benchmarks.Server;

/// <summary>What a server's processes take: the one that was started, and all below it.</summary>
internal sealed class ProcessTree(int root)
{
    private const int TicksPerSecond = 100;

    /// <summary>Processor time since the start, in microseconds; of children that ended as well.</summary>
    public double Processor => All().Sum(id => TimesOf(id)) * 1_000_000.0 / TicksPerSecond;

    /// <summary>Memory in megabytes; what processes share counts once (PSS).</summary>
    public double Megabytes => All().Sum(id => KilobytesOf(id, "smaps_rollup", "Pss:")) / 1024.0;

    /// <summary>The most memory that was resident at any time, in megabytes (VmHWM).</summary>
    public double MostResidentMegabytes => All().Sum(id => KilobytesOf(id, "status", "VmHWM:")) / 1024.0;

    public IReadOnlyList<int> All()
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && FieldsOf(id) is { } fields)
                parents[id] = int.Parse(fields[1], CultureInfo.InvariantCulture);
        }

        var all = new List<int> { root };
        for (var i = 0; i < all.Count; i++)
            all.AddRange(parents.Where(child => child.Value == all[i]).Select(child => child.Key));
        return all;
    }

    private static long TimesOf(int id) => FieldsOf(id) is { } fields ? fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture)) : 0;

    private static long KilobytesOf(int id, string file, string field)
    {
        try
        {
            return File.ReadLines($"/proc/{id}/{file}").Where(line => line.StartsWith(field, StringComparison.Ordinal))
                .Select(line => long.Parse(line[field.Length..].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture)).FirstOrDefault();
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>The fields of <c>/proc/PID/stat</c> behind the name, which may hold anything; null if the process is gone.</summary>
    private static string[]? FieldsOf(int id)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{id}/stat");
            return line[(line.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
