using MailStore.S3;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.S3;

/// <summary>What is among the mails and is none.</summary>
public sealed class LeftoverTests
{
    private const string Name = "INBOX/20261124T074707.123456Z_0000002a_8c6f0a1be2d94c17_D";

    [Fact]
    public async Task The_flags_of_a_mail_are_no_stray_object()
    {
        await using var server = ScriptedS3.Start();
        await using var world = S3World.Over(server);
        var agent = await world.StartAsync();
        var user = await AddAsync(world, agent);
        var mailbox = S3World.Open(agent, user);
        var stored = await mailbox.DeliverAsync(S3World.Mail(folder: "Lists"), default);
        Assert.True(await ((IMailboxImport)mailbox).TrySetFlagsAsync(stored.StoredId!, MailFlags.Flagged, default));
        Assert.Empty(await agent.InspectUserAsync(user, new Inspection(true, TimeSpan.Zero), default).ToListAsync());
        Assert.Equal(MailFlags.Flagged, Assert.Single(await S3World.ListAsync(mailbox)).Flags);
    }

    [Fact]
    public async Task What_is_left_of_a_withdrawn_delivery_goes_after_a_day_and_a_mail_of_the_wrong_size_stays()
    {
        await using var server = ScriptedS3.Start();
        await using var world = S3World.Over(server);
        var agent = await world.StartAsync();
        var user = await AddAsync(world, agent);
        var prefix = user.Allocation!.Values["prefix"];
        await S3World.Open(agent, user).DeliverAsync(S3World.Mail(), default);
        server.Put($"{prefix}{Name}_S10.eml", "", TimeSpan.FromHours(23));
        Assert.Empty(await InspectAsync(agent, user, repair: true));

        server.Put($"{prefix}{Name}_S11.eml", "", TimeSpan.FromHours(25));
        server.Put($"{prefix}{Name}_S0.eml", "-", TimeSpan.FromHours(25));
        server.Put($"{prefix}{Name}_S12.eml", "half of it", TimeSpan.FromHours(25));
        foreach (var repair in (bool[])[false, true])
        {
            Assert.Equal(
                [$"damaged {Name}_S12.eml False", $"leftover {Name}_S0.eml {repair}", $"leftover {Name}_S11.eml {repair}"],
                (await InspectAsync(agent, user, repair)).Select(finding => $"{finding.Kind} {finding.Place[(world.Options.Bucket.Length + prefix.Length + 1)..]} {finding.IsRepaired}").Order(StringComparer.Ordinal));
        }

        Assert.Equal("damaged", Assert.Single(await InspectAsync(agent, user, repair: true)).Kind);
        Assert.Contains($"{prefix}{Name}_S10.eml", server.Objects.Keys);
    }

    [Theory]
    [InlineData(25, true)]
    [InlineData(23, false)]
    public async Task A_place_of_nobody_where_all_deliveries_were_withdrawn_holds_no_mail(int hours, bool isRemoved)
    {
        await using var server = ScriptedS3.Start();
        await using var world = S3World.Over(server);
        var agent = await world.StartAsync();
        var prefix = (await AddAsync(world, agent)).Allocation!.Values["prefix"];
        for (var i = 1; i <= 30; i++)
            server.Put($"{prefix}{Name}_S{i}.eml", "", TimeSpan.FromHours(hours));
        var found = Assert.Single(await agent.InspectPlacesAsync(new FakeRecords(), new Inspection(true, TimeSpan.FromSeconds(-60)), default).ToListAsync());
        Assert.Equal((FindingKind.Orphan, isRemoved), (found.Kind, found.IsRepaired));
        Assert.Equal(isRemoved ? 0 : 31, server.Objects.Keys.Count(key => key.StartsWith(prefix, StringComparison.Ordinal)));
    }

    private static async Task<List<Finding>> InspectAsync(S3Agent agent, EffectiveUser user, bool repair) =>
        await agent.InspectUserAsync(user, new Inspection(repair, TimeSpan.FromHours(1)), default).ToListAsync();

    private static async Task<EffectiveUser> AddAsync(S3World world, S3Agent agent, string name = S3World.Alice) =>
        world.User(name, 2, await agent.AllocateAsync(world.User(name), S3World.Attempt(), default));
}
