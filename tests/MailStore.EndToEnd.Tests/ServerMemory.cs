using System.Globalization;

namespace MailStore.EndToEnd.Tests;

/// <summary>What a process has in memory (proc(5), status). Safe for concurrent use.</summary>
internal sealed class ServerMemory(int processId)
{
    private int _most;

    /// <summary>The most that was ever seen here.</summary>
    public int Most => _most;

    public int Megabytes() => Read("VmRSS:");

    /// <summary>What the process holds for itself alone: all but the files of programs that are mapped, which it shares with others.</summary>
    public int OwnMegabytes() => Read("RssAnon:", "RssShmem:");

    private int Read(params string[] fields)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines($"/proc/{processId}/status");
        }
        catch (IOException)
        {
            // it has ended
            return 0;
        }

        var now = lines.Where(line => fields.Any(field => line.StartsWith(field, StringComparison.Ordinal)))
            .Sum(line => int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], NumberStyles.None, CultureInfo.InvariantCulture)) / 1024;
        var most = Volatile.Read(ref _most);
        while (now > most && Interlocked.CompareExchange(ref _most, now, most) != most)
            most = Volatile.Read(ref _most);
        return now;
    }
}
