using MailStore.Maildir;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir.Journal;

/// <summary>What a start finds after a crash, and makes of it.</summary>
public sealed class JournalReplayTests
{
    private const string InFolder = CrashedWorld.Folder;

    /// <summary>What the power cut left of the contents.</summary>
    public static TheoryData<string> Tears => ["empty", "zeros", "half", "longer", "time"];

    [Theory, InlineData(null), InlineData(InFolder)]
    public async Task A_mail_that_is_whole_is_left_alone(string? folder)
    {
        await using var crashed = await CrashedWorld.MakeAsync(folder);
        await crashed.RestartAsync();
        crashed.AssertWhole(crashed.Path);
    }

    [Theory, MemberData(nameof(Tears))]
    public async Task A_mail_that_is_torn_is_written_again(string how)
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        CrashedWorld.Tear(crashed.Path, how);
        await crashed.RestartAsync();
        crashed.AssertWhole(crashed.Path);
    }

    [Theory, MemberData(nameof(Tears))]
    public async Task One_that_its_reader_has_seen_is_written_again_under_its_new_name(string how)
    {
        await using var crashed = await CrashedWorld.MakeAsync(InFolder);
        var seen = $"{crashed.Home}/.{InFolder}/cur/{crashed.Name}:2,S";
        File.Move(crashed.Path, seen);
        CrashedWorld.Tear(seen, how);
        await crashed.RestartAsync();
        crashed.AssertWhole(seen);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task One_that_its_reader_has_moved_to_a_folder_under_another_name_is_known_by_its_inode(bool isTorn)
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        var archive = Directory.CreateDirectory($"{crashed.Home}/.Archive/cur").FullName;
        var moved = $"{archive}/1234567890.other,S=1:2,S";
        File.Move(crashed.Path, moved);
        if (isTorn)
            CrashedWorld.Tear(moved, "empty");
        await crashed.RestartAsync();
        crashed.AssertWhole(moved);
    }

    [Theory, InlineData(null), InlineData(InFolder)]
    public async Task One_that_its_reader_has_removed_does_not_come_back(string? folder)
    {
        await using var crashed = await CrashedWorld.MakeAsync(folder);
        File.Delete(crashed.Path);
        await crashed.RestartAsync();
        Assert.Empty(crashed.Mails);
    }

    [Theory, InlineData(null), InlineData(InFolder)]
    public async Task One_whose_file_was_never_on_the_disk_is_stored_again(string? folder)
    {
        await using var crashed = await CrashedWorld.MakeAsync(folder);
        File.Delete(crashed.Path);
        crashed.ForgetMark();
        await crashed.RestartAsync();
        crashed.AssertWhole(crashed.Path);
        Assert.Empty(MaildirWorld.Files(Path.Combine(Path.GetDirectoryName(crashed.Path)!, "../tmp")));
    }

    [Theory, InlineData("whole"), InlineData("empty")]
    public async Task One_whose_rename_was_lost_gets_its_name(string how)
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        var tmp = $"{crashed.Home}/tmp/{crashed.Name}";
        File.Move(crashed.Path, tmp);
        CrashedWorld.Tear(tmp, how);
        await crashed.RestartAsync();
        crashed.AssertWhole(crashed.Path);
        Assert.Empty(MaildirWorld.Files($"{crashed.Home}/tmp"));
    }

    [Fact]
    public async Task One_that_may_have_been_swept_from_tmp_since_is_rather_shown_again_than_lost()
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        File.Delete(crashed.Path);
        crashed.World.Clock.Advance(TimeSpan.FromHours(36));
        await crashed.RestartAsync();
        crashed.AssertWhole(crashed.Path);
    }

    [Theory, InlineData("new"), InlineData("cur")]
    public async Task A_link_to_elsewhere_in_the_place_of_a_mail_is_neither_followed_nor_written_to(string part)
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        var (soft, hard) = (Path.Combine(crashed.World.Base, "soft"), Path.Combine(crashed.World.Base, "hard"));
        await File.WriteAllTextAsync(soft, "soft");
        await File.WriteAllTextAsync(hard, "hard");
        File.Delete(crashed.Path);
        await Shell.RunAsync("ln", "-s", soft, $"{crashed.Home}/{part}/{crashed.Name}{(part == "cur" ? ":2,S" : "")}");
        await Shell.RunAsync("ln", hard, $"{crashed.Home}/cur/{crashed.Name}:2,");
        await crashed.RestartAsync();
        Assert.Equal(("soft", "hard"), (await File.ReadAllTextAsync(soft), await File.ReadAllTextAsync(hard)));
    }

    [Fact]
    public async Task A_folder_that_became_a_link_is_not_followed()
    {
        await using var crashed = await CrashedWorld.MakeAsync(InFolder);
        var elsewhere = Path.Combine(crashed.World.Base, "elsewhere");
        Directory.Move($"{crashed.Home}/.{InFolder}", elsewhere);
        File.Delete($"{elsewhere}/new/{crashed.Name}");
        Directory.CreateSymbolicLink($"{crashed.Home}/.{InFolder}", elsewhere);
        crashed.ForgetMark();
        await crashed.RestartAsync();
        Assert.Empty(Directory.GetFiles($"{elsewhere}/new"));
        crashed.AssertWhole($"{crashed.Home}/new/{crashed.Name}");
    }

    [Theory, InlineData("Archive/2026/cur"), InlineData(".Lists.deep/new"), InlineData("a/b/c/d/e/f/cur")]
    public async Task One_that_its_reader_has_moved_however_deep_is_found(string part)
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        var moved = $"{Directory.CreateDirectory($"{crashed.Home}/{part}").FullName}/{crashed.Name}:2,S";
        File.Move(crashed.Path, moved);
        CrashedWorld.Tear(moved, "empty");
        await crashed.RestartAsync();
        crashed.AssertWhole(moved);
    }

    [Fact]
    public async Task One_that_was_removed_long_ago_does_not_come_back_where_the_machine_was_not_off()
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        File.Delete(crashed.Path);
        crashed.World.BootedAt = DateTimeOffset.MinValue;
        crashed.World.Clock.Advance(TimeSpan.FromHours(36));
        await crashed.RestartAsync();
        Assert.Empty(crashed.Mails);
    }

    [Fact]
    public async Task A_cut_in_the_middle_of_a_replay_is_replayed_to_the_same_end()
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        File.Delete(crashed.Path);
        crashed.ForgetMark();
        for (var i = 0; i < 3; i++)
        {
            if (i > 0)
                crashed.BringBackJournal();
            crashed.ForgetMark();
            (await crashed.RestartAsync()).Dispose();
            crashed.AssertWhole(crashed.Path);
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task What_was_replayed_is_not_replayed_again(bool hasJournal)
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        File.Delete(crashed.Path);
        crashed.ForgetMark();
        crashed.World.Options = new MaildirOptions { Durability = hasJournal ? Durability.Journal : Durability.Direct };
        (await crashed.RestartAsync()).Dispose();
        crashed.AssertWhole(crashed.Path);
        Assert.Equal(hasJournal, Directory.Exists(crashed.JournalFolder));
        File.Delete(crashed.Path);
        await crashed.RestartAsync();
        Assert.Empty(crashed.Mails);
    }

    [Fact]
    public async Task A_mark_of_a_batch_that_was_never_written_does_not_speak_for_the_first_one_of_the_next_life()
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        var marker = Path.Combine(crashed.JournalFolder, "marker");
        // marked, and killed before it was written
        var mark = File.GetLastWriteTimeUtc(marker).AddMicroseconds(1);
        File.SetLastWriteTimeUtc(marker, mark);
        var agent = await crashed.RestartAsync();
        var result = await (await crashed.World.MailboxAsync(agent)).DeliverAsync(MaildirWorld.Mail(), CancellationToken.None);
        var path = $"{crashed.Home}/new/{result.StoredId}";
        Assert.True(File.Exists(path));
        agent.Dispose();
        // the power goes: neither its file nor its mark had come to the disk
        File.Delete(path);
        File.SetLastWriteTimeUtc(marker, mark);
        await crashed.RestartAsync();
        Assert.True(File.Exists(path));
    }

    [FactIf("stat")]
    public async Task A_mail_that_looks_whole_is_written_once_more_since_the_cache_may_hold_what_the_disk_has_not()
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        var before = await Shell.RunAsync("stat", "-c", "%z", crashed.Path);
        await crashed.RestartAsync();
        crashed.AssertWhole(crashed.Path);
        Assert.NotEqual(before, await Shell.RunAsync("stat", "-c", "%z", crashed.Path));
    }

    [Fact]
    public async Task An_orderly_stop_leaves_nothing_to_replay()
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        await (await crashed.RestartAsync()).StopAsync(CancellationToken.None);
        File.Delete(crashed.Path);
        crashed.ForgetMark();
        await crashed.RestartAsync();
        Assert.Empty(crashed.Mails);
    }

    [Fact]
    public async Task A_marker_that_is_another_file_or_has_another_time_brings_mails_back()
    {
        foreach (var change in (Action<string>[])[marker => File.SetLastWriteTimeUtc(marker, DateTime.UtcNow), marker => File.Move(marker, marker + "2")])
        {
            await using var crashed = await CrashedWorld.MakeAsync();
            File.Delete(crashed.Path);
            change(Path.Combine(crashed.JournalFolder, "marker"));
            await crashed.RestartAsync();
            crashed.AssertWhole(crashed.Path);
        }
    }

    [Fact]
    public async Task The_quota_counts_what_was_stored_again()
    {
        await using var crashed = await CrashedWorld.MakeAsync(quota: new ByteSize(100_000));
        var size = new FileInfo(crashed.Path).Length;
        File.Delete(crashed.Path);
        await File.WriteAllTextAsync($"{crashed.Home}/maildirsize", "100000S\n0 0\n");
        crashed.ForgetMark();
        var mailbox = await crashed.World.MailboxAsync(await crashed.RestartAsync(), quota: new ByteSize(100_000));
        Assert.Equal(size, (await ((IMailboxUsage)mailbox).GetUsageAsync(CancellationToken.None)).Bytes);
    }
}
