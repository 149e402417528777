using System.Globalization;
using System.Text.RegularExpressions;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.LiteDb;

public sealed partial class ProcessTests
{
    [Fact]
    public async Task What_was_acknowledged_survives_kill_9()
    {
        await using var database = await TestDatabase.OpenAsync();
        await database.StopAsync();
        for (var round = 0; round < 2; round++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(database.Folder, $"{round}")).FullName;
            using var probe = Probe.Start(["storm", folder, "16"]);
            var lines = await Probe.ReadLinesAsync(probe, count => count > 200 + round * 150);
            probe.Kill();

            // What was in the pipe by then is acknowledged as well; a last line may be cut.
            var rest = await probe.StandardOutput.ReadToEndAsync();
            lines.AddRange(rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries));
            await probe.WaitForExitAsync();

            File.Copy(Path.Combine(folder, "users.db"), database.File, overwrite: true);
            File.Copy(Path.Combine(folder, "users.db-journal"), database.File + "-journal", overwrite: true);
            await database.StartAsync();
            var found = (await TestDatabase.ListAsync(database.Users)).ToDictionary(user => user.Name, user => user.Version);
            foreach (var words in lines.Skip(1).Select(line => line.Split(' ')))
                Assert.Equal(long.Parse(words[2], CultureInfo.InvariantCulture), found[words[1]]);
            Assert.True(lines.Count > 200);
            await database.StopAsync();
        }
    }

    [Fact]
    public async Task A_file_that_another_process_has_open_is_refused_and_the_process_named()
    {
        await using var database = await TestDatabase.OpenAsync();
        await database.StopAsync();
        using var probe = Probe.Start(["hold", database.Folder]);
        await Probe.ReadLinesAsync(probe, count => count == 1);

        var second = database.Create();
        var failure = await Assert.ThrowsAsync<TemporaryFailureException>(async () => await second.StartAsync(default));
        Assert.Contains($"{database.File} is in use by another process (pid {probe.Id})", failure.Message, StringComparison.Ordinal);
        await second.StopAsync(default);

        probe.StandardInput.Close();
        await probe.WaitForExitAsync();
        Assert.Equal(0, probe.ExitCode);
        await database.StartAsync();
    }

    [StraceFact]
    public async Task Nothing_is_acknowledged_before_its_fsync_came_back()
    {
        await using var database = await TestDatabase.OpenAsync();
        await database.StopAsync();
        var folder = Directory.CreateDirectory(Path.Combine(database.Folder, "traced")).FullName;
        var trace = Path.Combine(database.Folder, "trace");
        using var probe = Probe.Start(["write", folder, "3"], "strace", "-f", "-y", "-s", "200", "-e", "trace=fsync,fdatasync,write,pwrite64,rename,link,unlink", "-o", trace);
        await probe.StandardOutput.ReadToEndAsync();
        await probe.WaitForExitAsync();
        Assert.Equal(0, probe.ExitCode);

        var journal = Path.Combine(folder, "users.db-journal");
        var events = Merge(await File.ReadAllLinesAsync(trace)).Select(call =>
            call.StartsWith("write(", StringComparison.Ordinal) && call.Contains("\"acked ", StringComparison.Ordinal) ? "acked"
            : call.StartsWith("pwrite64(", StringComparison.Ordinal) && call.Contains($"<{journal}>", StringComparison.Ordinal) ? "journal written"
            : Synced(call, journal) ? "journal synced"
            : Synced(call, Path.Combine(folder, "users.db")) || Synced(call, Path.Combine(folder, "users.db.new")) ? "data synced"
            : Synced(call, folder) ? "folder synced" : "").Where(name => name.Length > 0).ToList();

        // The data file and its name, then the journal and its name, and only then the first write of a user, and its fsync, and its acknowledgement.
        Assert.Equal(
            ["data synced", "folder synced", "folder synced", "data synced", "journal written", "journal synced",
                "journal written", "journal synced", "acked", "journal written", "journal synced", "acked", "journal written", "journal synced", "acked",
                "data synced", "journal written", "journal synced", "folder synced"],
            events);
    }

    private static bool Synced(string call, string path) => FsyncCall().Match(call) is { Success: true } match && match.Groups[1].Value == path;

    /// <summary>Puts the two halves of a call that another thread interrupted together, at the place of the second one for an fsync: it counts when it came back.</summary>
    private static IEnumerable<string> Merge(string[] lines)
    {
        var halves = new Dictionary<string, string>();
        foreach (var line in lines)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var (pid, call) = (line[..space], line[space..].TrimStart());
            if (call.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                call = call[..^"<unfinished ...>".Length].TrimEnd();
                if (call.StartsWith('f'))
                    halves[pid] = call;
                else
                    yield return call;
            }
            else if (call.StartsWith("<... f", StringComparison.Ordinal) && halves.Remove(pid, out var half))
            {
                yield return half + call[(call.IndexOf('>', StringComparison.Ordinal) + 1)..];
            }
            else
            {
                yield return call;
            }
        }
    }

    [GeneratedRegex(@"^f(?:data)?sync\(\d+<([^>]*)>\)\s+= 0")]
    private static partial Regex FsyncCall();
}
