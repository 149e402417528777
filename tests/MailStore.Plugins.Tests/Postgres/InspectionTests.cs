using System.Globalization;
using MailStore.Postgres.Mailboxes;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>Each kind of damage: found, left alone without the flag, mended with it, and gone then.</summary>
[Collection(PostgresCollection.Name)]
public sealed class InspectionTests(PostgresFixture fixture)
{
    [PostgresTheory]
    [InlineData("table", FindingKind.WrongUsage, "UPDATE {0}.mailboxes SET mails = 7", 2)]
    [InlineData("table", FindingKind.MissingPlace, "DELETE FROM {0}.mailboxes", 2)]
    [InlineData("schema", FindingKind.WrongUsage, "UPDATE {0}.mailboxes SET bytes = 7", 2)]
    [InlineData("schema", FindingKind.IncompletePlace, "DROP SCHEMA {0}_1 CASCADE; UPDATE {0}.mailboxes SET mails = 0, bytes = 0", 0)]
    public async Task Damage_is_found_and_mended_and_delivery_goes_on(string layout, string kind, string damage, int mails)
    {
        await using var place = await AgentPlace.OpenAsync(fixture.Server.Connection(), options => options.Layout = layout == "table" ? MailboxLayout.Table : MailboxLayout.Schema);
        // the damage is done to all
        await ((IMailboxRemoval)place.Alice).RemoveAllAsync(default);
        var user = await AddAsync(place, "carol@example.org");
        var mailbox = ((ParseResult.Ready)place.Agent.Parse(user)).Mailbox;
        foreach (var id in (string[])["a", "b"])
            Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(AgentPlace.Mail(id, 600_000), default)).Status);
        Assert.Empty(await InspectAsync(place, user, repair: true));
        var box = user.Allocation!.Values["box"];
        await fixture.Server.PsqlAsync(string.Format(CultureInfo.InvariantCulture, damage.Replace("_1 ", $"_{box} ", StringComparison.Ordinal), place.Options.Schema));

        foreach (var repair in (bool[])[false, false, true])
        {
            var found = Assert.Single(await InspectAsync(place, user, repair));
            Assert.Equal((kind, repair), (found.Kind, found.IsRepaired));
            Assert.NotNull(found.Repair);
        }

        Assert.Empty(await InspectAsync(place, user, repair: true));
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(AgentPlace.Mail("c"), default)).Status);
        Assert.Equal(mails + 1, (await ((IMailboxUsage)mailbox).GetUsageAsync(default)).Count);
        Assert.Equal(mails + 1, (await AgentPlace.ReadAsync(mailbox)).Count);
        // the numbers of mailboxes go on where they were
        await AddAsync(place, "dave@example.org");
    }

    [PostgresFact]
    public async Task Mails_without_content_are_told_and_left()
    {
        await using var place = await AgentPlace.OpenAsync(fixture.Server.Connection());
        var user = await AddAsync(place, "bob@example.org");
        await ((ParseResult.Ready)place.Agent.Parse(user)).Mailbox.DeliverAsync(AgentPlace.Mail("a"), default);
        await fixture.Server.PsqlAsync($"DELETE FROM {place.Options.Schema}.chunks");
        var found = Assert.Single(await InspectAsync(place, user, repair: true));
        Assert.Equal((FindingKind.Damaged, false, (string?)null), (found.Kind, found.IsRepaired, found.Repair));
    }

    [PostgresFact]
    public async Task Mailboxes_of_nobody_are_found_once_they_are_old_and_go_only_without_mail()
    {
        await using var place = await AgentPlace.OpenAsync(fixture.Server.Connection());
        var records = new FakeRecords();
        var bob = await AddAsync(place, "bob@example.org");
        records.Add(new UserRecord { Name = bob.Name, Version = 2, Allocation = bob.Allocation });
        // an attempt that came second, and whose host died before it could release it
        await AddAsync(place, "bob@example.org");
        await place.Alice.DeliverAsync(AgentPlace.Mail("a"), default);
        Assert.Empty(await PlacesAsync(place, records, repair: true));
        await fixture.Server.PsqlAsync($"UPDATE {place.Options.Schema}.mailboxes SET created = now() - interval '2 hours'");

        string[] expected = ["orphan bob@example.org +", "orphaned-mail alice@example.org -"];
        Assert.Equal(expected, (await PlacesAsync(place, records, repair: false)).Select(finding => $"{finding.Kind} {finding.User} {(finding.Repair is null ? '-' : '+')}").Order());
        Assert.Equal(expected, (await PlacesAsync(place, records, repair: true)).Select(finding => $"{finding.Kind} {finding.User} {(finding.IsRepaired ? '+' : '-')}").Order());
        Assert.Single(await PlacesAsync(place, records, repair: true));
        Assert.Empty(await InspectAsync(place, bob, repair: false));
    }

    private static async Task<EffectiveUser> AddAsync(AgentPlace place, string name)
    {
        var record = new UserRecord { Name = name, Version = 1 };
        var allocation = await place.Agent.AllocateAsync(new EffectiveUser(record, place.Options), new AllocationContext("postgres", null), default);
        return new EffectiveUser(record with { Version = 2, Allocation = allocation }, place.Options);
    }

    private static Task<List<Finding>> InspectAsync(AgentPlace place, EffectiveUser user, bool repair) =>
        ListAsync(place.Agent.InspectUserAsync(user, new Inspection(repair, TimeSpan.FromHours(1)), default));

    private static Task<List<Finding>> PlacesAsync(AgentPlace place, FakeRecords records, bool repair) =>
        ListAsync(place.Agent.InspectPlacesAsync(records, new Inspection(repair, TimeSpan.FromHours(1)), default));

    private static async Task<List<Finding>> ListAsync(IAsyncEnumerable<Finding> findings)
    {
        var all = new List<Finding>();
        await foreach (var finding in findings)
            all.Add(finding);
        return all;
    }
}
