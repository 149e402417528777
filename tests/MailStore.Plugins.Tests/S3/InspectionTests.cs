using MailStore.S3;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.S3;

/// <summary>Each kind of damage: found, left alone without the flag, mended with it, and gone then.</summary>
[Collection(RgwCollection.Name)]
public sealed class InspectionTests(RgwFixture fixture)
{
    [RgwFact("s3cmd")]
    public async Task A_marker_that_is_gone_is_written_again()
    {
        await using var world = await S3World.CreateAsync(fixture);
        var agent = await world.StartAsync();
        var user = await AddAsync(world, agent, S3World.Alice, withMail: true);
        Assert.Empty(await InspectAsync(agent, user, repair: true));
        var marker = user.Allocation!.Values["prefix"] + ".mailstore";
        await world.S3cmdAsync("del", $"s3://{world.Options.Bucket}/{marker}");
        foreach (var repair in (bool[])[false, false, true])
        {
            var found = Assert.Single(await InspectAsync(agent, user, repair));
            Assert.Equal((FindingKind.MissingMark, repair, $"{world.Options.Bucket}/{marker}"), (found.Kind, found.IsRepaired, found.Place));
        }

        Assert.Empty(await InspectAsync(agent, user, repair: false));
        // it is what an allocation of the same life would write
        Assert.Equal(user.Allocation.Values["prefix"], (await agent.AllocateAsync(world.User(S3World.Alice, 1), S3World.Attempt(), default)).Values["prefix"]);
    }

    [RgwFact("s3cmd")]
    public async Task The_place_of_another_user_and_foreign_objects_are_told_and_left()
    {
        await using var world = await S3World.CreateAsync(fixture);
        var agent = await world.StartAsync();
        var user = await AddAsync(world, agent, S3World.Alice, withMail: true);
        var prefix = user.Allocation!.Values["prefix"];
        await world.PutAsync(prefix + ".mailstore", "user=eve@example.org\nversion=1\n");
        await world.PutAsync(prefix + "notes.txt", "mine");
        var found = await InspectAsync(agent, user, repair: true);
        Assert.Equal([FindingKind.ForeignPlace, FindingKind.StrayFile], found.Select(finding => finding.Kind).Order());
        Assert.All(found, finding => Assert.True(finding is { Repair: null, IsRepaired: false }));
        Assert.Contains("eve@example.org", found[0].What, StringComparison.Ordinal);
    }

    [RgwFact]
    public async Task Places_of_nobody_go_only_without_mail()
    {
        await using var world = await S3World.CreateAsync(fixture);
        var agent = await world.StartAsync();
        var records = new FakeRecords();
        foreach (var name in (string[])["alice@example.org", "gone@example.org", "mail@example.net", "new@example.net"])
        {
            var user = await AddAsync(world, agent, name, withMail: name.StartsWith("mail", StringComparison.Ordinal));
            if (name.StartsWith("alice", StringComparison.Ordinal))
                records.Add(new UserRecord { Name = name, Version = 2, Allocation = user.Allocation });
            if (name.StartsWith("new", StringComparison.Ordinal))
                records.Add(new UserRecord { Name = name, Version = 1 });
        }

        Assert.Empty(await ListAsync(agent.InspectPlacesAsync(records, new Inspection(true, TimeSpan.FromHours(1)), default)));
        string[] expected = ["orphan gone@example.org +", "orphaned-mail mail@example.net -"];
        foreach (var repair in (bool[])[false, true])
        {
            var found = await ListAsync(agent.InspectPlacesAsync(records, new Inspection(repair, TimeSpan.FromSeconds(-60)), default));
            Assert.Equal(expected, found.Select(finding => $"{finding.Kind} {finding.User} {(finding.Repair is null ? '-' : '+')}").Order());
            Assert.Equal(repair, found.Any(finding => finding.IsRepaired));
        }

        Assert.Single(await ListAsync(agent.InspectPlacesAsync(records, new Inspection(true, TimeSpan.FromSeconds(-60)), default)));
    }

    private static async Task<EffectiveUser> AddAsync(S3World world, S3Agent agent, string name, bool withMail)
    {
        var allocation = await agent.AllocateAsync(world.User(name), S3World.Attempt(), default);
        var user = world.User(name, 2, allocation);
        if (withMail)
            Assert.Equal(DeliveryStatus.Stored, (await S3World.Open(agent, user).DeliverAsync(S3World.Mail(), default)).Status);
        return user;
    }

    private static Task<List<Finding>> InspectAsync(S3Agent agent, EffectiveUser user, bool repair) =>
        ListAsync(agent.InspectUserAsync(user, new Inspection(repair, TimeSpan.FromHours(1)), default));

    private static async Task<List<Finding>> ListAsync(IAsyncEnumerable<Finding> findings)
    {
        var all = new List<Finding>();
        await foreach (var finding in findings)
            all.Add(finding);
        return all;
    }
}
