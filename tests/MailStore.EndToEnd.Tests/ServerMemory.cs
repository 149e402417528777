using System.Globalization;

namespace MailStore.EndToEnd.Tests;

/// <summary>What the process of a server has in memory: VmRSS of /proc. Safe for concurrent use.</summary>
internal sealed class ServerMemory(int processId)
{
    private int _most;

    /// <summary>The most that was ever seen here.</summary>
    public int Most => _most;

    public int Megabytes()
    {
        var line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        if (line is null)
            return 0;
        var now = int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], NumberStyles.None, CultureInfo.InvariantCulture) / 1024;
        var most = Volatile.Read(ref _most);
        while (now > most && Interlocked.CompareExchange(ref _most, now, most) != most)
            most = Volatile.Read(ref _most);
        return now;
    }
}
