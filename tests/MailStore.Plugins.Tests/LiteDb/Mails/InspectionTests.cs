using LiteDB;
using MailStore.LiteDb.Mails;
using MailStore.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Plugins.Tests.LiteDb.Mails;

/// <summary>Each kind of damage: found, left alone without the flag, mended with it, and gone then.</summary>
public sealed class InspectionTests
{
    public static TheoryData<string> Damages => [.. Cases.Keys];

    private static Dictionary<string, Damage> Cases { get; } = new()
    {
        ["the file is gone"] = new(FindingKind.MissingPlace, File.Delete, Mails: 0),
        ["an older file was restored"] = new(FindingKind.IncompletePlace, file => With(file, database =>
        {
            foreach (var collection in (string[])["mailboxes", "mails", "_files", "_chunks"])
                database.GetCollection(collection).DeleteAll();
        }), Mails: 0),
        ["the mailbox is gone, its mail is not"] = new(FindingKind.IncompletePlace, file => With(file, database => database.GetCollection("mailboxes").DeleteAll()), Mails: 2),
        ["the usage is wrong"] = new(FindingKind.WrongUsage, file => With(file, database =>
        {
            var mailboxes = database.GetCollection("mailboxes");
            var mailbox = mailboxes.FindAll().Single();
            mailbox["c"] = 7L;
            mailboxes.Update(mailbox);
        }), Mails: 2),
    };

    [Theory, MemberData(nameof(Damages))]
    public async Task Damage_is_found_and_mended_and_delivery_goes_on(string name)
    {
        var damage = Cases[name];
        await using var world = new MailWorld();
        var agent = await world.StartAsync();
        var allocation = await world.AllocateAsync(agent);
        var user = world.User(version: 2, allocation: allocation);
        foreach (var text in (string[])["one", "two"])
            Assert.Equal(DeliveryStatus.Stored, (await MailWorld.Open(agent, user).DeliverAsync(MailWorld.Mail(text), default)).Status);
        Assert.Empty(await ListAsync(agent.InspectUserAsync(user, new Inspection(true, TimeSpan.FromHours(1)), default)));
        await world.StopAsync(agent);
        damage.Do(world.AliceFile);

        agent = await world.StartAsync();
        foreach (var repair in (bool[])[false, false, true])
        {
            var found = Assert.Single(await ListAsync(agent.InspectUserAsync(user, new Inspection(repair, TimeSpan.FromHours(1)), default)));
            Assert.Equal((damage.Kind, repair), (found.Kind, found.IsRepaired));
            Assert.StartsWith(world.AliceFile, found.Place, StringComparison.Ordinal);
            Assert.NotNull(found.Repair);
        }

        Assert.Empty(await ListAsync(agent.InspectUserAsync(user, new Inspection(true, TimeSpan.FromHours(1)), default)));
        var mailbox = MailWorld.Open(agent, user);
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(MailWorld.Mail("three"), default)).Status);
        Assert.Equal(damage.Mails + 1, (await mailbox.GetUsageAsync(default)).Count);
        Assert.Equal(damage.Mails + 1, (await ListAsync(mailbox.ListAsync(default))).Count);
    }

    [Theory]
    [InlineData("litedb/{domain}/{local}.db")]
    [InlineData("mails.db")]
    public async Task Mailboxes_of_nobody_go_only_without_mail(string path)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var world = new MailWorld { Clock = clock };
        world.Options.Path = path;
        var agent = await world.StartAsync();
        var records = new FakeRecords();
        foreach (var name in (string[])["alice@example.org", "gone@example.org", "mail@example.org", "moved@example.org", "new@example.org"])
        {
            var allocation = await world.AllocateAsync(agent, name);
            if (name is "mail@example.org" or "alice@example.org")
                await MailWorld.Open(agent, world.User(name, 2, allocation)).DeliverAsync(MailWorld.Mail(), default);
            records.Add(name switch
            {
                "alice@example.org" => new UserRecord { Name = name, Version = 2, Allocation = allocation },
                "moved@example.org" => new UserRecord { Name = name, Version = 2, Allocation = allocation with { Mda = "other", Values = allocation.Values.Clear() } },
                "new@example.org" => new UserRecord { Name = name, Version = 1 },
                _ => null,
            });
        }

        clock.Advance(TimeSpan.FromHours(2));
        string[] expected = ["orphan gone@example.org +", "orphan moved@example.org +", "orphaned-mail mail@example.org -"];
        Assert.Equal(expected, await LinesAsync(repair: false, finding => finding.Repair is not null));
        Assert.Equal(expected, await LinesAsync(repair: true, finding => finding.IsRepaired));
        Assert.Equal(expected[2..], await LinesAsync(repair: true, finding => finding.IsRepaired));

        async Task<IEnumerable<string>> LinesAsync(bool repair, Func<Finding, bool> isMarked) =>
            (await ListAsync(agent.InspectPlacesAsync(records, new Inspection(repair, TimeSpan.FromHours(1)), default)))
                .Select(finding => $"{finding.Kind} {finding.User} {(isMarked(finding) ? '+' : '-')}").Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_file_for_all_that_is_gone_is_not_made_anew()
    {
        await using var world = new MailWorld();
        world.Options.Path = "mails.db";
        var agent = await world.StartAsync();
        var user = world.User(version: 2, allocation: await world.AllocateAsync(agent));
        await world.StopAsync(agent);
        File.Delete(Path.Combine(world.Data, "mails.db"));
        agent = await world.StartAsync();
        var found = Assert.Single(await ListAsync(agent.InspectUserAsync(user, new Inspection(true, TimeSpan.FromHours(1)), default)));
        Assert.Equal((FindingKind.MissingPlace, false, (string?)null), (found.Kind, found.IsRepaired, found.Repair));
        Assert.False(File.Exists(Path.Combine(world.Data, "mails.db")));
    }

    [Fact]
    public async Task What_is_left_of_files_is_found_once_it_is_old_and_a_journal_stays()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var world = new MailWorld { Clock = clock };
        var agent = await world.StartAsync();
        await world.AllocateAsync(agent);
        var folder = Path.GetDirectoryName(world.AliceFile)!;
        var (draft, journal) = (Path.Combine(folder, "bob.db.new"), Path.Combine(folder, "eve.db-journal"));
        await File.WriteAllTextAsync(draft, "");
        await File.WriteAllTextAsync(journal, "");
        var records = new FakeRecords();
        records.Add(new UserRecord { Name = MailWorld.Alice, Version = 1 });
        Assert.Empty(await ListAsync(agent.InspectPlacesAsync(records, new Inspection(true, TimeSpan.FromHours(1)), default)));
        clock.Advance(TimeSpan.FromDays(1));
        var found = await ListAsync(agent.InspectPlacesAsync(records, new Inspection(true, TimeSpan.FromHours(1)), default));
        Assert.Equal([(draft, true), (journal, false)], found.Select(finding => (finding.Place, finding.IsRepaired)).Order());
        Assert.False(File.Exists(draft));
        Assert.True(File.Exists(journal));
    }

    private static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> list)
    {
        var all = new List<T>();
        await foreach (var one in list)
            all.Add(one);
        return all;
    }

    private static void With(string file, Action<LiteDatabase> change)
    {
        using var database = new LiteDatabase($"Filename={file}");
        change(database);
    }

    /// <param name="Kind">As it is to be found.</param>
    /// <param name="Do">Does it to a file that nobody has open.</param>
    /// <param name="Mails">How many are left of two.</param>
    private sealed record Damage(string Kind, Action<string> Do, int Mails);
}
