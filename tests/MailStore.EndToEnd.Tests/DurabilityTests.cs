using System.Text.RegularExpressions;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary><c>250</c> only after file, directory and record are synced: told by the system calls of a running server.</summary>
public sealed partial class DurabilityTests
{
    private const string Alice = "alice@example.org";

    [FactIf("strace")]
    public async Task The_reply_is_sent_after_the_record_the_file_and_its_directory_were_synced() => Assert.Empty(await FindMissingAsync());

    /// <summary>Or else the test above could not fail.</summary>
    [TheoryIf("strace", "gcc")]
    [InlineData("*/users.db-journal", "the record")]
    [InlineData("*/mail/*/tmp/*", "the file")]
    [InlineData("*/mail/*/new", "its directory")]
    [InlineData("*/mail/example.org", "the parent example.org")]
    [InlineData("*/data/mail", "the parent mail")]
    public async Task Without_one_of_the_syncs_the_order_of_calls_tells(string skipped, string missing) =>
        Assert.Equal(missing, string.Join(", ", (await FindMissingAsync(skipped)).Distinct()));

    [FactIf("strace")]
    public async Task A_data_directory_is_durable_in_all_that_was_made_above_it_before_anything_is_written_to_it()
    {
        using var place = new TestPlace(data: "new/deeper/data");
        var trace = Path.Combine(place.Directory, "trace");
        var command = MailStoreProgram.StartInfo(
            Tools.Find("strace")!, place.Directory, ["-f", "-y", "-o", trace, "-e", "trace=mkdir,mkdirat,openat,fsync,fdatasync", MailStoreProgram.Path, "user", "add", Alice]);
        (await MailStoreProgram.RunAsync(command, [])).Succeeded();
        var calls = Calls(await File.ReadAllLinesAsync(trace));
        var written = calls.FindIndex(call => call.StartsWith("openat(", StringComparison.Ordinal) && call.Contains($"{place.DataDirectory}/", StringComparison.Ordinal) && call.Contains("O_CREAT", StringComparison.Ordinal));
        Assert.True(written >= 0, "nothing was written");
        foreach (var parent in (string[])[place.Directory, $"{place.Directory}/new", $"{place.Directory}/new/deeper"])
            Assert.InRange(calls.FindIndex(call => IsSync(call) && call.Contains($"<{parent}>", StringComparison.Ordinal)), 0, written);
    }

    /// <summary>Has a server take the first and the second mail of a user under strace.</summary>
    /// <param name="skipped">What it is kept from syncing.</param>
    /// <returns>What was not synced in its place.</returns>
    private static async Task<List<string>> FindMissingAsync(string? skipped = null)
    {
        using var place = new TestPlace();
        await place.AddUsersAsync([Alice]);
        var trace = Path.Combine(place.Directory, "trace");
        var info = MailStoreProgram.StartInfo(place.Directory, []);
        info.FileName = Tools.Find("strace")!;
        var environment = skipped is null ? [] : (await PowerCuts.Shim.SkipSyncAsync(skipped)).SelectMany(variable => (string[])["-E", $"{variable.Key}={variable.Value}"]);
        foreach (var argument in (string[])["-f", "-y", "-s", "120", "-o", trace, .. environment,
            "-e", "trace=openat,rename,renameat,renameat2,fsync,fdatasync,mkdir,mkdirat,sendmsg,sendto,write,writev,pwrite64,pwritev",
            MailStoreProgram.Path, "serve"])
            info.ArgumentList.Add(argument);
        await using (var server = await ServerProcess.StartAsync(info))
        {
            await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
            Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [Alice], "Subject: first\r\n\r\nhello\r\n"u8.ToArray())).Code);
            Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [Alice], "Subject: second\r\n\r\nhello\r\n"u8.ToArray())).Code);
            await server.KillAsync();
        }

        var calls = Calls(await File.ReadAllLinesAsync(trace));
        var replies = Enumerable.Range(0, calls.Count).Where(i => SaysStored().IsMatch(calls[i])).ToList();
        Assert.Equal(2, replies.Count);
        var second = calls.Skip(replies[0] + 1).Take(replies[1] - replies[0] - 1).ToList();
        return [.. FindMissing(calls.Take(replies[0]).ToList(), place.MaildirOf(Alice), isFirst: true), .. FindMissing(second, place.MaildirOf(Alice), isFirst: false)];
    }

    private static IEnumerable<string> FindMissing(List<string> calls, string home, bool isFirst)
    {
        var renamed = calls.FindLastIndex(call => call.StartsWith("rename", StringComparison.Ordinal) && call.Contains(",S=", StringComparison.Ordinal));
        Assert.True(renamed >= 0, "no mail got its place");
        var fileSynced = calls.FindLastIndex(call => IsSync(call) && call.Contains($"{home}/tmp/", StringComparison.Ordinal));
        if (fileSynced < 0 || fileSynced > renamed)
            yield return "the file";
        if (calls.FindLastIndex(call => IsSync(call) && call.Contains($"{home}/new>", StringComparison.Ordinal)) < renamed)
            yield return "its directory";
        if (!isFirst)
            yield break;

        // the record is written before the mail, and after the place that it tells of
        var placed = calls.FindIndex(call => call.StartsWith("rename", StringComparison.Ordinal) && call.Contains(".mailstore-new-", StringComparison.Ordinal));
        var recordSynced = calls.FindLastIndex(call => IsSync(call) && call.Contains("users.db-journal", StringComparison.Ordinal));
        if (recordSynced < placed || recordSynced > renamed)
            yield return "the record";
        for (var (parent, above) = (Path.GetDirectoryName(home)!, 0); above < 2; (parent, above) = (Path.GetDirectoryName(parent)!, above + 1))
        {
            var parentSynced = calls.FindLastIndex(call => IsSync(call) && call.Contains($"<{parent}>", StringComparison.Ordinal));
            if (parentSynced < placed || (recordSynced >= placed && parentSynced > recordSynced))
                yield return $"the parent {Path.GetFileName(parent)}";
        }
    }

    private static bool IsSync(string call) =>
        (call.StartsWith("fsync(", StringComparison.Ordinal) || call.StartsWith("fdatasync(", StringComparison.Ordinal)) && call.EndsWith("= 0", StringComparison.Ordinal);

    /// <summary>Calls in the order in which they were over; one that strace cut in two is put together where it ended.</summary>
    private static List<string> Calls(IEnumerable<string> lines)
    {
        var unfinished = new Dictionary<string, string>();
        var calls = new List<string>();
        foreach (var line in lines)
        {
            var (thread, call) = (line.Split(' ')[0], line[line.IndexOf(' ', StringComparison.Ordinal)..].Trim());
            if (call.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                unfinished[thread] = call[..^"<unfinished ...>".Length].TrimEnd();
                // what is sent counts from its beginning
                if (SaysStored().IsMatch(call))
                    calls.Add(call);
            }
            else if (Resumed().Match(call) is { Success: true } match)
            {
                var whole = unfinished.GetValueOrDefault(thread, "") + match.Groups["rest"].Value;
                if (!SaysStored().IsMatch(whole))
                    calls.Add(whole);
            }
            else
            {
                calls.Add(call);
            }
        }

        return calls;
    }

    [GeneratedRegex(@"^(sendmsg|sendto|write|writev)\(.*250 2\.0\.0 ")]
    private static partial Regex SaysStored();

    [GeneratedRegex(@"^<\.\.\. \w+ resumed>(?<rest>.*)$")]
    private static partial Regex Resumed();
}
