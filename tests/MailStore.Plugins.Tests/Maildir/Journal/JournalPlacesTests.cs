using MailStore.Maildir;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir.Journal;

/// <summary>What a replay makes of mails whose places are gone, are not there yet, or do not let them in.</summary>
public sealed class JournalPlacesTests
{
    [Fact]
    public async Task A_mail_of_a_maildir_that_is_gone_is_passed_over()
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        Directory.Delete(crashed.Home, recursive: true);
        await crashed.RestartAsync();
        Assert.False(Directory.Exists(crashed.Home));
    }

    [Fact]
    public async Task Whoever_has_the_place_now_gets_no_mail_of_the_user_before()
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        Directory.Delete(crashed.Home, recursive: true);
        // without the journal, as a host would have it that has none
        crashed.World.Options = new MaildirOptions();
        Directory.Move(crashed.JournalFolder, crashed.JournalFolder + ".aside");
        await crashed.World.MailboxAsync(await crashed.World.StartAsync(), version: 7);
        Directory.Move(crashed.JournalFolder + ".aside", crashed.JournalFolder);
        crashed.World.Options = new MaildirOptions { Durability = Durability.Journal };
        crashed.ForgetMark();
        await crashed.RestartAsync();
        Assert.True(Directory.Exists(crashed.Home));
        Assert.Empty(crashed.Mails);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_root_that_is_not_mounted_keeps_its_mail_in_the_journal_until_it_is(bool isRestarted)
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        File.Delete(crashed.Path);
        crashed.ForgetMark();
        Directory.Move(crashed.World.Data + "/mail", crashed.World.Base + "/aside");
        crashed.World.AwaitsJournal = false;
        var agent = await crashed.RestartAsync();
        Assert.Contains("has vanished", (await agent.CheckHealthAsync(CancellationToken.None)).Message, StringComparison.Ordinal);
        if (isRestarted)
            agent.Dispose();
        Directory.Move(crashed.World.Base + "/aside", crashed.World.Data + "/mail");
        if (isRestarted)
            agent = await crashed.RestartAsync();
        await crashed.World.AwaitJournalAsync(agent);
        crashed.AssertWhole(crashed.Path);
        Assert.True((await agent.CheckHealthAsync(CancellationToken.None)).IsHealthy);
    }

    [Fact]
    public async Task A_mail_that_its_place_does_not_let_in_is_kept_aside_and_the_server_starts()
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        var agent = await RestartWithoutTmpAsync(crashed);
        Assert.Empty(crashed.Mails);
        var aside = Assert.Single(crashed.Aside);
        Assert.Contains("1 mails of a crash are kept aside", (await agent.CheckHealthAsync(CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.Equal((crashed.Name, "Return-Path: <bob@example.net>\n" + CrashedWorld.Content, CrashedWorld.Arrival.UtcDateTime), (Path.GetFileName(aside), await File.ReadAllTextAsync(aside), File.GetLastWriteTimeUtc(aside)));
        var finding = await agent.InspectPlacesAsync(new FakeRecords(), new Inspection(true, TimeSpan.Zero), CancellationToken.None).FirstAsync();
        Assert.Equal(FindingKind.OrphanedMail, finding.Kind);
        Assert.StartsWith("1 mail that", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_removed_with_its_user_does_not_come_back_into_a_directory_that_was_adopted()
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        foreach (var part in (string[])["cur", "new", "tmp"])
            Directory.Delete($"{crashed.Home}/{part}", recursive: true);
        File.Delete($"{crashed.Home}/mailstore-owner");
        crashed.ForgetMark();
        await crashed.RestartAsync();
        Assert.Empty(MaildirWorld.Tree(crashed.Home));
        Assert.Empty(crashed.Aside);
    }

    [Fact]
    public async Task Where_the_owner_file_is_lost_a_torn_mail_is_mended()
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        File.Delete($"{crashed.Home}/mailstore-owner");
        CrashedWorld.Tear(crashed.Path, "half");
        await crashed.RestartAsync();
        crashed.AssertWhole(crashed.Path);
    }

    [Fact]
    public async Task Where_the_owner_file_is_lost_a_missing_mail_is_kept_aside()
    {
        await using var crashed = await CrashedWorld.MakeAsync(CrashedWorld.Folder);
        File.Delete($"{crashed.Home}/mailstore-owner");
        File.Delete(crashed.Path);
        crashed.ForgetMark();
        await crashed.RestartAsync();
        Assert.Empty(crashed.Mails);
        Assert.EndsWith($"/maildir/lost/maildir{crashed.Home}/.{CrashedWorld.Folder}/{crashed.Name}", Assert.Single(crashed.Aside), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_maildir_is_not_removed_while_mails_of_it_are_kept_aside()
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        var agent = await RestartWithoutTmpAsync(crashed);
        File.Delete($"{crashed.Home}/tmp");
        var removal = (IMailboxRemoval)await crashed.World.MailboxAsync(agent);
        var refusal = await Assert.ThrowsAsync<TemporaryFailureException>(async () => await removal.RemoveAllAsync(CancellationToken.None));
        Assert.Contains($"1 mail for {crashed.Home} that a crash took", refusal.Message, StringComparison.Ordinal);
        File.Delete(Assert.Single(crashed.Aside));
        await removal.RemoveAllAsync(CancellationToken.None);
        Assert.False(Directory.Exists(crashed.Home));
    }

    [FactIf("bash")]
    public async Task A_mail_that_may_have_been_moved_to_where_nobody_can_look_is_kept_aside()
    {
        await using var crashed = await CrashedWorld.MakeAsync();
        await Shell.RunAsync("bash", "-c", $"mkdir -p {crashed.Home}/$'.caf\\xe9'/cur && mv {crashed.Path} {crashed.Home}/$'.caf\\xe9'/cur/");
        await crashed.RestartAsync();
        Assert.Single(crashed.Aside);
        // the runtime does not get there
        await Shell.RunAsync("rm", "-r", crashed.Home);
    }

    [FactIf("root", "mkfs.ext4", "losetup")]
    public async Task A_disk_that_is_full_keeps_its_mail_in_the_journal_until_there_is_room_and_none_comes_back_that_was_there()
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { Durability = Durability.Journal } };
        await using var disk = await LoopDisk.MountAsync(world, 20, "mkfs.ext4", "-q");
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        var there = (await mailbox.DeliverAsync(MaildirWorld.Mail(), CancellationToken.None)).StoredId;
        var lost = (await mailbox.DeliverAsync(MaildirWorld.Mail("Subject: large\n\n" + new string('x', 100_000)), CancellationToken.None)).StoredId;
        agent.Dispose();
        File.Delete($"{world.AliceHome}/new/{lost}");
        File.SetLastWriteTimeUtc($"{world.Data}/maildir/journal/maildir/marker", DateTime.UnixEpoch);
        disk.Fill();
        world.AwaitsJournal = false;
        agent = await world.StartAsync();
        Assert.Contains("No space left", (await agent.CheckHealthAsync(CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.Empty(MaildirWorld.Files($"{world.AliceHome}/tmp"));
        // a move would leave behind what is in the journal
        mailbox = await world.MailboxAsync(agent);
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await ((IReadableMailbox)mailbox).ListAsync(CancellationToken.None).ToListAsync());
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await ((IMailboxRemoval)mailbox).RemoveAllAsync(CancellationToken.None));
        // its reader works on meanwhile
        File.Delete($"{world.AliceHome}/new/{there}");
        disk.MakeRoom();
        await world.AwaitJournalAsync(agent);
        Assert.Equal([lost], MaildirWorld.Files($"{world.AliceHome}/new").Select(Path.GetFileName));
        Assert.Single(await ((IReadableMailbox)mailbox).ListAsync(CancellationToken.None).ToListAsync());
        Assert.True((await agent.CheckHealthAsync(CancellationToken.None)).IsHealthy);
        await agent.StopAsync(CancellationToken.None);
    }

    /// <summary>The power cut took the mail, and where it is to be written again lies something else.</summary>
    private static async Task<MaildirAgent> RestartWithoutTmpAsync(CrashedWorld crashed)
    {
        File.Delete(crashed.Path);
        crashed.ForgetMark();
        Directory.Delete($"{crashed.Home}/tmp");
        await File.WriteAllTextAsync($"{crashed.Home}/tmp", "in the way");
        return await crashed.RestartAsync();
    }
}
