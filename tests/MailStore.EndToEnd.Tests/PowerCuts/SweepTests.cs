using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>What kills leave in Maildirs goes when it is old; what may still be somebody's stays.</summary>
public sealed class SweepTests
{
    private const string Alice = "alice@example.org";
    private const int MostKills = 100;

    [FactIf(FactIfAttribute.Root, "mkfs.ext4", "debugfs", "losetup", "unshare")]
    public async Task Files_that_kills_left_in_tmp_are_swept_after_36_hours_and_no_mail_is()
    {
        await using var disk = await CutDisk.MakeAsync("ext4");
        using var place = new TestPlace(data: Path.Combine(disk.Directory, "data"));
        await using var store = await MailStoreOnDisk.MakeAsync(disk, place, ModuleCase.Of("maildir"), "trial");
        await store.StartAsync();
        using (var admin = store.Connect())
            await foreach (var result in admin.ImportAsync([new Host.Admin.UserChange { Name = Alice }], CancellationToken.None))
                Assert.Null(result.Error);
        await SendAsync(store);
        var parent = Path.Combine(store.DataDirectory, "mail", "example.org");
        var (home, tmp) = (disk.View(Path.Combine(parent, "alice")), Path.Combine(parent, "alice", "tmp"));

        var ledger = new Ledger();
        for (var kills = 0; Directory.GetFiles(disk.View(tmp)).Length < 2; kills++)
        {
            Assert.True(kills < MostKills, "no kill left a file in tmp");
            var acknowledged = 0;
            var isUnderWay = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using (var load = new MailLoad(store.EndPoint, ledger, () => [Alice], 8, kills, () =>
            {
                if (Interlocked.Increment(ref acknowledged) == 8)
                    isUnderWay.SetResult();
            }))
            {
                load.Start();
                // however slow the machine is at the moment
                await isUnderWay.Task.WaitAsync(TimeSpan.FromMinutes(2));
                await Task.Delay(Random.Shared.Next(200));
                await store.KillAsync();
            }

            await store.StartAsync();
        }

        // an allocation that came to no end, and what is young
        await store.KillAllAsync();
        disk.RunInside(() =>
        {
            Directory.CreateDirectory(Path.Combine(parent, ".mailstore-new-old", "tmp"));
            Directory.CreateDirectory(Path.Combine(parent, ".mailstore-new-young"));
            File.WriteAllText(Path.Combine(tmp, "young"), "");
        });
        var mails = StoredMaildir.Files(home).Count;
        List<string> old = [.. Directory.GetFiles(disk.View(tmp)).Select(Path.GetFileName).Where(name => name != "young").Select(name => $"{tmp}/{name}"), $"{parent}/.mailstore-new-old"];
        await disk.EditAsync(device => AgeAsync(device, old.Select(path => path[disk.Directory.Length..])));

        await store.StartAsync();
        await SendAsync(store);
        // new users let the server look beside their Maildirs
        using (var admin = store.Connect())
            await foreach (var result in admin.ImportAsync([new Host.Admin.UserChange { Name = "bob@example.org" }], CancellationToken.None))
                Assert.Null(result.Error);
        await SendAsync(store, "bob@example.org");
        for (var until = DateTime.UtcNow.AddMinutes(1); old.Any(path => Path.Exists(disk.View(path))); await Task.Delay(50))
            Assert.True(DateTime.UtcNow < until, $"not swept: {string.Join(' ', old.Where(path => Path.Exists(disk.View(path))))}; {store.Log}");
        Assert.Equal("young", Path.GetFileName(Assert.Single(Directory.GetFiles(disk.View(tmp)))));
        Assert.True(Directory.Exists(disk.View(Path.Combine(parent, ".mailstore-new-young"))));
        Assert.Equal(mails + 1, StoredMaildir.Files(home).Count);
    }

    private static async Task SendAsync(MailStoreOnDisk store, string user = Alice)
    {
        await using var client = await LmtpClient.ConnectAsync(store.EndPoint);
        Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [user], "Subject: x\r\n\r\nhello\r\n"u8.ToArray())).Code);
    }

    /// <summary>Sets back the time of the last change, which no system call can.</summary>
    private static async Task AgeAsync(string device, IEnumerable<string> paths)
    {
        var then = DateTimeOffset.UtcNow.AddHours(-37).ToUnixTimeSeconds();
        foreach (var path in paths)
            await Tools.RunAsync("debugfs", ["-w", "-R", $"set_inode_field \"{path}\" ctime @{then}", device]);
    }
}
