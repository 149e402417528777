using MailStore.S3;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.S3;

/// <summary>What is among the mails and is none.</summary>
public sealed class LeftoverTests
{
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

    private static async Task<EffectiveUser> AddAsync(S3World world, S3Agent agent, string name = S3World.Alice) =>
        world.User(name, 2, await agent.AllocateAsync(world.User(name), S3World.Attempt(), default));
}
