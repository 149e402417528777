using MailStore.Maildir;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class FullDiskTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [FactIf("root", "mount", "umount")]
    public async Task A_full_disk_is_told_as_such_and_leaves_nothing_behind()
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { Path = "disk/{user}" } };
        var disk = Directory.CreateDirectory(Path.Combine(world.Data, "disk")).FullName;
        await Shell.RunAsync("mount", "-t", "tmpfs", "-o", "size=256k,nr_inodes=40", "mailstore-test", disk);
        try
        {
            var agent = await world.StartAsync();
            var mailbox = await world.MailboxAsync(agent);
            var home = Path.Combine(disk, MaildirWorld.Alice);
            foreach (var isSpooled in new[] { false, true })
            {
                var result = await mailbox.DeliverAsync(MaildirWorld.Mail(new string('x', 1_000_000), isSpooled: isSpooled), None);
                Assert.Equal(DeliveryStatus.StorageFull, result.Status);
                Assert.Contains($"cannot write {home}/tmp/", result.Detail, StringComparison.Ordinal);
                Assert.Contains("No space left", result.Detail, StringComparison.Ordinal);
                Assert.Empty(MaildirWorld.Files(home + "/tmp"));
            }

            Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(MaildirWorld.Mail(), None)).Status);

            // inodes run out in the middle of an allocation: nothing of it is left
            for (var i = 0; i < 3; i++)
                await agent.AllocateAsync(world.User($"u{i}@example.org"), world.Attempt(), None);
            var before = Directory.GetFileSystemEntries(disk).Length;
            var failures = 0;
            for (var i = 3; i < 12; i++)
            {
                try
                {
                    await agent.AllocateAsync(world.User($"u{i}@example.org"), world.Attempt(), None);
                    before++;
                }
                catch (TemporaryFailureException e)
                {
                    Assert.True(e.StorageFull);
                    failures++;
                }
            }

            Assert.True(failures > 0);
            Assert.Equal(before, Directory.GetFileSystemEntries(disk).Length);
        }
        finally
        {
            await Shell.RunAsync("umount", disk);
        }
    }
}
