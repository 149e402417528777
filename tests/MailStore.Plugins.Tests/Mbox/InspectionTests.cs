using MailStore.Mbox;
using MailStore.Mbox.Delivery;
using MailStore.Mbox.Locks;
using MailStore.Mbox.Reading;
using MailStore.Plugins.Tests.Maildir;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Mbox;

/// <summary>Each kind of damage: found, left alone without the flag, mended with it where it can be, and gone then.</summary>
public sealed class InspectionTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<string> Damages => [.. Cases.Keys];

    private static Dictionary<string, Damage> Cases { get; } = new()
    {
        ["all is gone"] = new(FindingKind.MissingPlace, file => Delete(file, Owner(file))) { TakesMail = true },
        ["the whole directory is gone"] = new(FindingKind.MissingPlace, file => Directory.Delete(Path.GetDirectoryName(file)!, recursive: true)) { TakesMail = true },
        ["the owner file is gone"] = new(FindingKind.MissingMark, file => Delete(Owner(file))),
        ["the owner file is damaged"] = new(FindingKind.MissingMark, file => File.WriteAllText(Owner(file), "\0\0\0")),
        ["others may read it"] = new(FindingKind.WrongMode, file => File.SetUnixFileMode(file, (UnixFileMode)0x1a4)),
        ["a mail was never finished"] = new(FindingKind.Leftover, file => File.AppendAllText(file, File.ReadAllText(file)[..150].Replace(" .\n", " ?\n", StringComparison.Ordinal))),
        ["a removal was never finished"] = new(FindingKind.Leftover, RemoveHalf),
        ["it is a directory"] = new(FindingKind.Damaged, file =>
        {
            File.Move(file, file + ".away");
            Directory.CreateDirectory(file);
        })
        { IsLeft = true },
        ["it has a second name"] = new(FindingKind.Damaged, file => Shell.RunAsync("ln", file, file + ".again").Wait()) { IsLeft = true },
        ["it is another user's"] = new(FindingKind.ForeignPlace, file => File.WriteAllText(Owner(file), "user=bob@example.org\nversion=1\n")) { IsLeft = true },
    };

    [Theory, MemberData(nameof(Damages))]
    public async Task Damage_is_found_and_mended_and_delivery_goes_on(string name)
    {
        var damage = Cases[name];
        await using var world = new MboxWorld();
        var (user, mailbox) = await AliceAsync(world, await world.StartAsync());
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail("Subject: second\n"));
        // as after a start: nothing is known of the file
        var agent = await world.StartAsync();
        Assert.Empty(await InspectAsync(agent, user, repair: true));
        damage.Do(world.AliceFile);

        var found = Assert.Single(await InspectAsync(agent, user, repair: false));
        Assert.Equal((damage.Kind, damage.IsLeft, false), (found.Kind, found.Repair is null, found.IsRepaired));
        Assert.StartsWith(Path.GetDirectoryName(world.AliceFile)!, found.Place, StringComparison.Ordinal);
        Assert.Equal(!damage.IsLeft, Assert.Single(await InspectAsync(agent, user, repair: true)).IsRepaired);
        if (damage.IsLeft)
            return;
        Assert.Empty(await InspectAsync(agent, user, repair: false));
        mailbox = MboxWorld.Open(agent, user);
        Assert.Equal(damage.TakesMail ? 0 : damage.Do == RemoveHalf ? 1 : 2, (await MboxWorld.ListAsync(mailbox)).Count);
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail());

        // what was mended is still his: he can be removed with all his mail
        await mailbox.RemoveAllAsync(None);
        Assert.Empty(world.AliceFiles());
    }

    [Fact]
    public async Task An_empty_mailbox_that_a_mail_program_has_removed_is_no_damage()
    {
        await using var world = new MboxWorld();
        var agent = await world.StartAsync();
        var (user, _) = await AliceAsync(world, agent);
        File.Delete(world.AliceFile);
        Assert.Empty(await InspectAsync(agent, user, repair: true));
    }

    [Fact]
    public async Task What_is_nobodys_is_told_and_removed_only_if_it_holds_no_mail()
    {
        await using var world = new MboxWorld();
        var agent = await world.StartAsync();
        var (alice, mailbox) = await AliceAsync(world, agent);
        var longName = new string('\u00fc', 60) + "@example.org";
        var other = world.User(longName, 2, await world.AllocateAsync(agent, longName));
        await MboxWorld.StoreAsync(MboxWorld.Open(agent, other), MboxWorld.Mail());
        await MboxWorld.StoreAsync(await world.MailboxAsync(agent, "mail@example.org"), MboxWorld.Mail());
        await world.MailboxAsync(agent, "none@example.org");
        await File.WriteAllTextAsync(world.FileOf(".alice.torn-0123456789abcdef0123456789abcdef"), "From x");
        await File.WriteAllTextAsync(world.FileOf(".alice.lk0123456789abcdef0123456789abcdef"), "1:x");
        await File.WriteAllTextAsync(world.FileOf(".alice.mailstore.0123"), "");
        await File.WriteAllTextAsync(world.FileOf("somebody"), "not of this module\n");
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(world.AliceFile)!))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-2));
        var records = new FakeRecords();
        records.Add(Record(alice));
        records.Add(Record(other));

        string[] all = ["leftover .alice.lk0123456789abcdef0123456789abcdef", "leftover .alice.mailstore.0123", "leftover .alice.torn-0123456789abcdef0123456789abcdef", "orphan none", "orphaned-mail mail"];
        Assert.Equal(all, Titles(await PlacesAsync(agent, records, repair: false)));
        Assert.Equal([all[0], all[1], all[3]], Titles((await PlacesAsync(agent, records, repair: true)).Where(finding => finding.IsRepaired)));
        Assert.Equal([all[2], all[4]], Titles(await PlacesAsync(agent, records, repair: true)));
        Assert.Single(await MboxWorld.ListAsync(mailbox));
        Assert.True(File.Exists(world.FileOf("mail")) && File.Exists(world.FileOf("somebody")) && !File.Exists(world.FileOf("none")));
    }

    private static void RemoveHalf(string path)
    {
        new FileLocker(new MboxOptions(), NullLogger.Instance).TryLock(path, isShared: false, out var file);
        using (file)
        {
            var mail = new Listing(new Whereabouts()).Read(file, new BoxState(file!.Status, null))[0];
            new MailChanger(file, new Whereabouts().Find(file, MailId.Parse(mail.Id)!.Value, file.Status.Size)!).Prepare(null)!.Dispose();
        }
    }

    private static async Task<(EffectiveUser User, MboxMailbox Mailbox)> AliceAsync(MboxWorld world, MboxAgent agent)
    {
        var user = world.User(version: 2, allocation: await world.AllocateAsync(agent));
        var mailbox = MboxWorld.Open(agent, user);
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail());
        return (user, mailbox);
    }

    private static UserRecord Record(EffectiveUser user) => new() { Name = user.Name, Version = user.Version, Allocation = user.Allocation };

    private static async Task<List<Finding>> InspectAsync(MboxAgent agent, EffectiveUser user, bool repair) =>
        await agent.InspectUserAsync(user, new Inspection(repair, TimeSpan.Zero), None).ToListAsync();

    private static async Task<List<Finding>> PlacesAsync(MboxAgent agent, FakeRecords records, bool repair) =>
        await agent.InspectPlacesAsync(records, new Inspection(repair, TimeSpan.FromHours(1)), None).ToListAsync();

    private static IEnumerable<string> Titles(IEnumerable<Finding> findings) => findings.Select(finding => $"{finding.Kind} {Path.GetFileName(finding.Place)}").Order(StringComparer.Ordinal);

    private static string Owner(string file) => Path.Combine(Path.GetDirectoryName(file)!, $".{Path.GetFileName(file)}.mailstore");

    private static void Delete(params string[] files)
    {
        foreach (var file in files)
            File.Delete(file);
    }

    private sealed record Damage(string Kind, Action<string> Do)
    {
        public bool TakesMail { get; init; }

        public bool IsLeft { get; init; }
    }
}
