using System.Diagnostics;
using System.Globalization;
using MailStore.Mbox;
using MailStore.Plugins.Tests.Maildir;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Mbox;

/// <summary>Locks that others hold, and that the dead left behind.</summary>
public sealed class LockTests
{
    [Fact]
    public async Task A_box_behind_anothers_lock_keeps_no_other_box_and_no_thread_waiting()
    {
        await using var world = new MboxWorld { Options = new MboxOptions { LockTimeout = TimeSpan.FromMinutes(5) } };
        var agent = await world.StartAsync();
        var stuck = new List<Task<DeliveryResult>>();
        // more boxes than the module has threads
        for (var i = 0; i < 50; i++)
        {
            var mailbox = await world.MailboxAsync(agent, $"stuck{i}@example.org");
            await File.WriteAllTextAsync(world.FileOf($"stuck{i}.lock"), "0");
            for (var j = 0; j < 4; j++)
                stuck.Add(mailbox.DeliverAsync(MboxWorld.Mail($"Subject: {j}\n"), default).AsTask());
        }

        var free = await world.MailboxAsync(agent);
        for (var i = 0; i < 20; i++)
            await MboxWorld.StoreAsync(free, MboxWorld.Mail());
        Assert.All(stuck, delivery => Assert.False(delivery.IsCompleted));

        for (var i = 0; i < 50; i++)
            File.Delete(world.FileOf($"stuck{i}.lock"));
        Assert.All(await Task.WhenAll(stuck), result => Assert.Equal(DeliveryStatus.Stored, result.Status));
        Assert.Equal(4, (await MboxWorld.ListAsync(await world.MailboxAsync(agent, "stuck7@example.org"))).Count);
    }

    [Fact]
    public async Task Who_waits_too_long_is_told_who_keeps_him_and_may_be_cancelled_before()
    {
        await using var world = new MboxWorld { Options = new MboxOptions { LockTimeout = TimeSpan.FromSeconds(1) } };
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        await File.WriteAllTextAsync(world.AliceFile + ".lock", "0");
        using var cancel = new CancellationTokenSource();
        var cancelled = mailbox.DeliverAsync(MboxWorld.Mail(), cancel.Token).AsTask();
        var expired = mailbox.DeliverAsync(MboxWorld.Mail(), default).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        var result = await expired;
        Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status);
        Assert.Contains($"{world.AliceFile} was locked by another program for more than 1 s", result.Detail, StringComparison.Ordinal);
        Assert.Equal("0", await File.ReadAllTextAsync(world.AliceFile + ".lock"));
        Assert.Equal(0, new FileInfo(world.AliceFile).Length);
        File.Delete(world.AliceFile + ".lock");
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail());
    }

    [Theory]
    [InlineData("dead", "{dead}:{host}", 0, true)]
    [InlineData("dead on another machine", "{dead}:elsewhere", 0, false)]
    [InlineData("alive", "1:{host}", 0, false)]
    [InlineData("a number without a host", "{dead}", 0, false)]
    [InlineData("procmail", "0", 0, false)]
    [InlineData("old", "0", 400, true)]
    [InlineData("old, alive", "1:{host}", 400, true)]
    [InlineData("a predecessor of this process", "{self}:{host}", 100_000, true)]
    [InlineData("empty", "", 0, false)]
    public async Task A_lock_is_removed_if_its_owner_is_dead_or_it_is_old(string what, string content, int age, bool isStale)
    {
        using var dead = Process.Start(new ProcessStartInfo("true"))!;
        await dead.WaitForExitAsync();
        await using var world = new MboxWorld { Options = new MboxOptions { LockTimeout = TimeSpan.FromSeconds(1) } };
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var path = world.AliceFile + ".lock";
        await File.WriteAllTextAsync(path, content
            .Replace("{dead}", dead.Id.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{self}", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{host}", Environment.MachineName, StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(-age));
        var result = await mailbox.DeliverAsync(MboxWorld.Mail(), default);
        Assert.True(isStale == (result.Status == DeliveryStatus.Stored), $"{what}: {result}");
        Assert.Equal(isStale, !File.Exists(path));
    }

    [Fact]
    public async Task The_file_itself_must_be_a_regular_one_with_one_name()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var other = Path.Combine(world.Base, "other");
        foreach (var (command, reason) in new[] { ($"ln -s {other} {world.AliceFile}", "symbolic link"), ($"ln {other} {world.AliceFile}", "2 names"), ($"mkfifo {world.AliceFile}", "no regular file"), ($"mkdir {world.AliceFile}", "directory") })
        {
            await File.WriteAllTextAsync(other, "precious\n");
            File.Delete(world.AliceFile);
            await Shell.RunAsync("sh", "-c", command);
            var result = await mailbox.DeliverAsync(MboxWorld.Mail(), default);
            Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status);
            Assert.Contains(reason, result.Detail, StringComparison.OrdinalIgnoreCase);
            Assert.Equal("precious\n", await File.ReadAllTextAsync(other));
        }

        Directory.Delete(world.AliceFile);
        // an empty mailbox that a mail program has removed
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail());
        Assert.Single(await MboxWorld.ListAsync(mailbox));
    }

    [FactIf("dotlockfile")]
    public async Task Debians_dotlockfile_and_this_module_respect_each_other()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        await Shell.RunAsync("dotlockfile", "-l", world.AliceFile + ".lock");
        var delivery = mailbox.DeliverAsync(MboxWorld.Mail(), default).AsTask();
        await Task.Delay(300);
        Assert.False(delivery.IsCompleted);
        await Shell.RunAsync("dotlockfile", "-u", world.AliceFile + ".lock");
        Assert.Equal(DeliveryStatus.Stored, (await delivery).Status);
    }

    [FactIf("python3")]
    public async Task The_systems_lock_of_another_process_is_respected()
    {
        await using var world = new MboxWorld { Options = new MboxOptions { Locks = [MboxLock.Fcntl] } };
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        const string hold = "import fcntl,sys\nf=open(sys.argv[1],'r+')\nfcntl.lockf(f,fcntl.LOCK_EX)\nprint('held',flush=True)\nsys.stdin.read()";
        using var holder = Process.Start(new ProcessStartInfo("python3", ["-c", hold, world.AliceFile]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync());
        var delivery = mailbox.DeliverAsync(MboxWorld.Mail(), default).AsTask();
        var listing = MboxWorld.ListAsync(mailbox);
        await Task.Delay(300);
        Assert.False(delivery.IsCompleted);
        Assert.False(listing.IsCompleted);
        holder.StandardInput.Close();
        Assert.Equal(DeliveryStatus.Stored, (await delivery).Status);
        await listing;
        await holder.WaitForExitAsync();
    }
}
