using System.Text.RegularExpressions;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary><c>250</c> only after file, directory and record are synced: told by the system calls of a running server.</summary>
public sealed partial class DurabilityTests
{
    private const string Alice = "alice@example.org";

    [FactIf("strace")]
    public async Task The_reply_is_sent_after_the_record_the_file_and_its_directory_were_synced()
    {
        using var place = new TestPlace();
        await place.AddUsersAsync([Alice]);
        var trace = Path.Combine(place.Directory, "trace");
        var info = MailStoreProgram.StartInfo(place.Directory, []);
        info.FileName = Tools.Find("strace")!;
        foreach (var argument in (string[])["-f", "-y", "-s", "120", "-o", trace,
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
        var first = calls.Take(replies[0]).ToList();
        var home = place.MaildirOf(Alice);

        var recordSynced = first.FindLastIndex(call => IsSync(call) && call.Contains("users", StringComparison.Ordinal));
        var fileSynced = first.FindLastIndex(call => IsSync(call) && call.Contains($"{home}/tmp/", StringComparison.Ordinal));
        var renamed = first.FindLastIndex(call => call.StartsWith("rename", StringComparison.Ordinal) && call.Contains(",S=", StringComparison.Ordinal));
        var directorySynced = first.FindLastIndex(call => IsSync(call) && call.Contains($"{home}/new>", StringComparison.Ordinal));
        Assert.True(recordSynced >= 0, "the record was never synced");
        Assert.True(recordSynced < fileSynced, "the record is written before the mail");
        Assert.True(fileSynced < renamed, "the file is synced before it gets its place");
        Assert.True(renamed < directorySynced, "the directory is synced after that");

        // the parents of a new Maildir, each after what was made in it
        foreach (var parent in (string[])[Path.GetDirectoryName(home)!, Path.GetDirectoryName(Path.GetDirectoryName(home))!])
            Assert.Contains(first, call => IsSync(call) && call.Contains($"<{parent}>", StringComparison.Ordinal));

        var second = calls.Skip(replies[0] + 1).Take(replies[1] - replies[0] - 1).ToList();
        Assert.Contains(second, call => IsSync(call) && call.Contains($"{home}/tmp/", StringComparison.Ordinal));
        Assert.Contains(second, call => IsSync(call) && call.Contains($"{home}/new>", StringComparison.Ordinal));
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
