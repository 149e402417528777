using MailStore.Maildir;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir;

/// <summary>Each kind of damage: found, left alone without the flag, mended with it, and gone then.</summary>
public sealed class InspectionTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<string> Damages => [.. Cases.Keys];

    private static Dictionary<string, Damage> Cases { get; } = new()
    {
        ["the home is gone"] = new(FindingKind.MissingPlace, home => Directory.Delete(home, recursive: true)) { TakesMail = true },
        ["new is gone"] = new(FindingKind.IncompletePlace, home => Directory.Delete(home + "/new", recursive: true)) { TakesMail = true },
        ["cur is gone"] = new(FindingKind.IncompletePlace, home => Directory.Delete(home + "/cur")),
        ["tmp is gone"] = new(FindingKind.IncompletePlace, home => Directory.Delete(home + "/tmp")),
        ["a folder lacks new"] = new(FindingKind.IncompletePlace, home =>
        {
            foreach (var part in (string[])["cur", "tmp"])
                Directory.CreateDirectory($"{home}/.Lists/{part}", (UnixFileMode)0x1c0);
            File.WriteAllText(home + "/.Lists/maildirfolder", "");
            File.SetUnixFileMode(home + "/.Lists", (UnixFileMode)0x1c0);
        }),
        ["others may read it"] = new(FindingKind.WrongMode, home => File.SetUnixFileMode(home, (UnixFileMode)0x1ed)),
        ["others may write to new"] = new(FindingKind.WrongMode, home => File.SetUnixFileMode(home + "/new", (UnixFileMode)0x1ff)),
        ["the owner file is gone"] = new(FindingKind.MissingMark, home => File.Delete(home + "/mailstore-owner")),
        ["the owner file is damaged"] = new(FindingKind.MissingMark, home => File.WriteAllText(home + "/mailstore-owner", "\0\0\0\0")),
        ["mails were removed uncounted"] = new(FindingKind.WrongUsage, home => File.AppendAllText(home + "/maildirsize", "5000 3\n")),
        ["a mail was never finished"] = new(FindingKind.Leftover, home => File.WriteAllText(home + "/tmp/1.M1P1Q1R1.host", "half")),
    };

    [Theory, MemberData(nameof(Damages))]
    public async Task Damage_is_found_and_mended_and_delivery_goes_on(string name)
    {
        var damage = Cases[name];
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var (user, mailbox) = await AliceAsync(world, agent);
        Assert.Empty(await InspectAsync(agent, user, repair: true));
        damage.Do(world.AliceHome);
        world.Clock.Advance(TimeSpan.FromDays(2));

        var found = await InspectAsync(agent, user, repair: false);
        Assert.Equal(damage.Kind, found[0].Kind);
        // lost mails are counted still
        Assert.All(found.Skip(1), finding => Assert.Equal(FindingKind.WrongUsage, finding.Kind));
        Assert.All(found, finding => Assert.True(finding is { Repair: not null, IsRepaired: false } && finding.Place.StartsWith(world.AliceHome, StringComparison.Ordinal)));
        Assert.All(await InspectAsync(agent, user, repair: true), finding => Assert.True(finding.IsRepaired));
        Assert.Empty(await InspectAsync(agent, user, repair: false));
        Assert.Equal(damage.TakesMail ? 0 : 1, MaildirWorld.Files(world.AliceHome + "/new").Length);
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(MaildirWorld.Mail(), None)).Status);

        // what was mended is still his: he can be removed with all his mail
        await ((IMailboxRemoval)mailbox).RemoveAllAsync(None);
        Assert.False(Directory.Exists(world.AliceHome));
    }

    [FactIf("root")]
    public async Task Files_that_a_backup_gave_to_root_are_given_back()
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { FirstUid = 5000, LastUid = 6000 } };
        var agent = await world.StartAsync();
        var (user, _) = await AliceAsync(world, agent);
        Assert.Empty(await InspectAsync(agent, user, repair: false));
        await Shell.RunAsync("chown", "-R", "0:0", world.AliceHome);
        // that another user links to is not his to get
        var foreign = Path.Combine(world.Base, "foreign");
        await File.WriteAllTextAsync(foreign, "");
        await Shell.RunAsync("ln", foreign, world.AliceHome + "/new/link");

        var found = await InspectAsync(agent, user, repair: false);
        Assert.Equal(Enumerable.Repeat(FindingKind.WrongOwner, 4), found.Select(finding => finding.Kind));
        Assert.All(await InspectAsync(agent, user, repair: true), finding => Assert.True(finding.IsRepaired));
        Assert.Empty(await InspectAsync(agent, user, repair: false));
        Assert.Equal("5000", (await Shell.RunAsync("stat", "-c", "%u", MaildirWorld.Files(world.AliceHome + "/new").Single(file => !file.EndsWith("link", StringComparison.Ordinal)))).Trim());
        Assert.Equal("0", (await Shell.RunAsync("stat", "-c", "%u", foreign)).Trim());
    }

    [Fact]
    public async Task What_only_the_administrator_can_decide_is_told_and_left()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var (user, _) = await AliceAsync(world, agent);
        Directory.CreateDirectory(world.AliceHome + "/new/folder");
        File.CreateSymbolicLink(world.AliceHome + "/cur/link", "/etc/passwd");
        var mail = MaildirWorld.Files(world.AliceHome + "/new").Single();
        using (var file = new FileStream(mail, FileMode.Open))
            file.SetLength(10);
        var before = MaildirWorld.Tree(world.Data);
        var found = await InspectAsync(agent, user, repair: true);
        Assert.Equal([FindingKind.Damaged, FindingKind.StrayFile, FindingKind.StrayFile], found.Select(finding => finding.Kind).Order());
        Assert.All(found, finding => Assert.True(finding is { Repair: null, IsRepaired: false }));
        Assert.Equal(before, MaildirWorld.Tree(world.Data));
    }

    [Fact]
    public async Task The_Maildir_of_another_user_is_not_mended_for_this_one()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var (user, _) = await AliceAsync(world, agent);
        var bob = await agent.AllocateAsync(world.User("bob@example.org"), world.Attempt(), None);
        Directory.Delete(world.AliceHome, recursive: true);
        Directory.Move(bob.Values[Allocation.Home], world.AliceHome);
        Directory.Delete(world.AliceHome + "/new");
        var found = Assert.Single(await InspectAsync(agent, user, repair: true));
        Assert.Equal((FindingKind.ForeignPlace, false), (found.Kind, found.IsRepaired));
        Assert.Contains("bob@example.org", found.What, StringComparison.Ordinal);
        Assert.False(Directory.Exists(world.AliceHome + "/new"));
    }

    [Fact]
    public async Task A_disk_that_is_not_mounted_is_no_damage_to_each_of_its_users()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var (user, _) = await AliceAsync(world, agent);
        Directory.Move(world.Data + "/mail", world.Data + "/elsewhere");
        Directory.CreateDirectory(world.Data + "/mail");
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await InspectAsync(agent, user, repair: true));
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await InspectPlacesAsync(agent, new FakeRecords(), repair: true));
        Assert.Empty(Directory.GetFileSystemEntries(world.Data + "/mail"));
    }

    [Fact]
    public async Task Places_of_nobody_are_found_once_they_are_old_and_go_only_without_mail()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var records = new FakeRecords();
        foreach (var name in (string[])["alice@example.org", "gone@example.org", "gone with mail@example.net", "moved@example.net", "new@example.net", "later@example.net"])
        {
            var user = world.User(name);
            var allocation = await agent.AllocateAsync(user, world.Attempt(), None);
            if (name.StartsWith("gone with mail", StringComparison.Ordinal))
                await MaildirWorld.Open(agent, world.User(name, allocation: allocation)).DeliverAsync(MaildirWorld.Mail(), None);
            records.Add(name switch
            {
                "alice@example.org" => new UserRecord { Name = name, Version = 2, Allocation = allocation },
                "moved@example.net" => new UserRecord { Name = name, Version = 2, Allocation = allocation with { Mda = "other", Values = allocation.Values.Clear() } },
                // whose creator died before it wrote the allocation: his next mail comes to the same place
                "new@example.net" => new UserRecord { Name = name, Version = 1 },
                // as above, but changed since: his next mail gets another place
                "later@example.net" => new UserRecord { Name = name, Version = 3 },
                _ => null,
            });
        }

        foreach (var name in (string[])["/mail/example.org/.mailstore-new-1", "/mail/example.org/.mailstore-removed-1/cur", "/mail/example.net/.mailstore-removed-2/cur", "/mail/example.org/not ours/cur"])
            Directory.CreateDirectory(world.Data + name);
        await File.WriteAllTextAsync(world.Data + "/mail/example.net/.mailstore-removed-2/cur/1.mail", "mail");
        var before = MaildirWorld.Tree(world.Data);
        Assert.Empty(await InspectPlacesAsync(agent, records, repair: true));
        world.Clock.Advance(TimeSpan.FromDays(2));

        var found = await InspectPlacesAsync(agent, records, repair: false);
        Assert.Equal(before, MaildirWorld.Tree(world.Data));
        var expected = new[]
        {
            "leftover example.net/.mailstore-removed-2 -", "leftover example.org/.mailstore-new-1 +", "leftover example.org/.mailstore-removed-1 +",
            "orphan example.net/later +", "orphan example.net/moved +", "orphan example.org/gone +", "orphaned-mail example.net/gone%20with%20mail -",
        };
        Assert.Equal(expected, Lines(world, found, finding => finding.Repair is not null));
        Assert.Equal(expected, Lines(world, await InspectPlacesAsync(agent, records, repair: true), finding => finding.IsRepaired));
        Assert.Equal(expected.Where(line => line.EndsWith('-')), Lines(world, await InspectPlacesAsync(agent, records, repair: true), finding => finding.IsRepaired));
        Assert.Equal(["alice", "not ours"], Directory.GetDirectories(world.Data + "/mail/example.org").Select(Path.GetFileName).Order());
        Assert.Single(MaildirWorld.Files(world.Data + "/mail/example.net/gone%20with%20mail/new"));
    }

    [Theory]
    [InlineData("alice@example.org")]
    [InlineData(".hidden%@Example.org")]
    [InlineData("änne 😀@müller.example")]
    [InlineData("half\ud83d@example.org")]
    [InlineData("no domain")]
    [InlineData("@")]
    [InlineData("a@b@c")]
    [InlineData("%41%h%_%-")]
    [InlineData("")]
    public void A_name_is_read_back_from_an_owner_file(string name) =>
        Assert.Equal(name, MailStore.Maildir.Paths.NameEscape.UnescapeUser(MailStore.Maildir.Paths.NameEscape.EscapeUser(name)));

    private static IEnumerable<string> Lines(MaildirWorld world, IReadOnlyList<Finding> findings, Func<Finding, bool> isMarked) =>
        findings.Select(finding => $"{finding.Kind} {Path.GetRelativePath(world.Data + "/mail", finding.Place)} {(isMarked(finding) ? '+' : '-')}").Order(StringComparer.Ordinal);

    /// <summary>Alice with one mail, and her quota.</summary>
    private static async Task<(EffectiveUser User, IMailbox Mailbox)> AliceAsync(MaildirWorld world, MaildirAgent agent)
    {
        var allocation = await agent.AllocateAsync(world.User(), world.Attempt(), None);
        var user = world.User(version: 2, quota: new ByteSize(1_000_000), allocation: allocation);
        var mailbox = MaildirWorld.Open(agent, user);
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(MaildirWorld.Mail(), None)).Status);
        return (user, mailbox);
    }

    private static async Task<List<Finding>> InspectAsync(MaildirAgent agent, EffectiveUser user, bool repair)
    {
        var findings = new List<Finding>();
        await foreach (var finding in agent.InspectUserAsync(user, new Inspection(repair, TimeSpan.FromHours(1)), None))
            findings.Add(finding);
        return findings;
    }

    private static async Task<List<Finding>> InspectPlacesAsync(MaildirAgent agent, FakeRecords records, bool repair)
    {
        var findings = new List<Finding>();
        await foreach (var finding in agent.InspectPlacesAsync(records, new Inspection(repair, TimeSpan.FromHours(1)), None))
            findings.Add(finding);
        return findings;
    }

    /// <param name="Kind">As it is to be found.</param>
    /// <param name="Do">Does it to a home.</param>
    private sealed record Damage(string Kind, Action<string> Do)
    {
        /// <summary>Whether the mail went with it.</summary>
        public bool TakesMail { get; init; }
    }
}
