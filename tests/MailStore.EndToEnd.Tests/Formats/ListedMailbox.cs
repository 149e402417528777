using System.Diagnostics;

namespace MailStore.EndToEnd.Tests.Formats;

/// <summary>What 'mailstore mail list' was like.</summary>
/// <param name="First">From its start to its first line.</param>
/// <param name="Megabytes">The most that its process had in memory, the files of .NET apart.</param>
internal sealed record ListedMailbox(TimeSpan First, TimeSpan All, int Lines, int Megabytes)
{
    /// <param name="server">The memory of the server that lists, which is looked at, too.</param>
    public static async Task<ListedMailbox> ReadAsync(TestPlace place, string user, ServerMemory? server = null)
    {
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(MailStoreProgram.StartInfo(place.Directory, ["mail", "list", user]))!;
        var errors = process.StandardError.ReadToEndAsync();
        var memory = new ServerMemory(process.Id);
        var (lines, first) = (0, TimeSpan.Zero);
        while (await process.StandardOutput.ReadLineAsync() is not null)
        {
            if (lines++ == 0)
                first = watch.Elapsed;
            if (lines % 1000 == 1)
                _ = (memory.OwnMegabytes(), server?.OwnMegabytes());
        }

        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return new ListedMailbox(first, watch.Elapsed, lines, memory.Most);
    }
}
