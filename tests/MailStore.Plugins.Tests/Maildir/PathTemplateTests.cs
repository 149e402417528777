using MailStore.Maildir;
using MailStore.Maildir.Paths;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class PathTemplateTests
{
    private static readonly ModuleContext Context = new("maildir", "/data");

    [Theory]
    [InlineData("mail/{domain}/{local}", "/data/mail", "/data/mail/example.org/alice")]
    [InlineData("/srv/mail/{hash:3}/{user}/Maildir", "/srv/mail", "/srv/mail/5e4/alice@example.org/Maildir")]
    [InlineData("/srv/x-{local}", "/srv", "/srv/x-alice")]
    [InlineData("mail/{user}/.{detail}", "/data/mail", "/data/mail/alice@example.org")]
    [InlineData("/srv/vip/alice", "/srv/vip", "/srv/vip/alice")]
    [InlineData("vip", "/data", "/data/vip")]
    public void The_root_is_what_stands_before_the_first_placeholder(string text, string root, string path)
    {
        var template = PathTemplate.Parse(text, Context);
        Assert.Equal(root, template.Root);
        Assert.Equal(path, template.Expand(new EffectiveUser(new UserRecord { Name = "alice@example.org" }, null)).Replace("/" + HashOf(), "/5e4", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("///", "it is empty")]
    [InlineData("mail/{usr}", "{usr} is no placeholder")]
    [InlineData("mail/{local", "do not match")]
    [InlineData("mail/local}", "do not match")]
    [InlineData("mail/}{local}", "do not match")]
    [InlineData("mail/{hash}", "a number of digits from 1 to 16")]
    [InlineData("mail/{hash:0}/{user}", "a number of digits from 1 to 16")]
    [InlineData("mail/{hash:17}/{user}", "a number of digits from 1 to 16")]
    [InlineData("mail/{hash:-1}/{user}", "a number of digits from 1 to 16")]
    [InlineData("mail/{detail}/{user}", "at its end, as '/.{detail}'")]
    [InlineData("mail/{user}/{detail}", "at its end, as '/.{detail}'")]
    [InlineData("mail/../{user}", "'.' or '..'")]
    [InlineData("~/mail/{user}", "'~' is not expanded")]
    [InlineData("mail/{user}~1", "'~' is not expanded")]
    [InlineData("mail/%d/{local}", "Dovecot's %d")]
    [InlineData("mail/{domain}-{local}", "put '@' or '/' between")]
    [InlineData("mail/{domain}{local}", "put '@' or '/' between")]
    [InlineData("{domain}/{local}", "a directory of its own")]
    [InlineData("/{user}", "a directory of its own")]
    [InlineData("/alice", "a directory of its own")]
    [InlineData("mail/\u00fc{user}", "must be ASCII")]
    [InlineData("mail/{user}\n", "control character")]
    public void A_mistake_is_told_with_its_reason(string text, string reason)
    {
        var e = Assert.Throws<ModuleConfigurationException>(() => PathTemplate.Parse(text, Context));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_is_the_same_for_all_users_is_refused_at_construction()
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { Path = "mail/{domain}" } };
        var e = await Assert.ThrowsAsync<ModuleConfigurationException>(() => world.StartAsync());
        Assert.Contains("put {user} or {local} into it", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistake_in_the_path_of_a_user_makes_his_record_invalid()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var invalid = Assert.IsType<ParseResult.Invalid>(agent.Parse(world.User(path: "/srv/{nobody}")));
        Assert.Contains("{nobody} is no placeholder", invalid.Reason, StringComparison.Ordinal);
    }

    private static string HashOf() => NameEscape.Hash("alice@example.org", 3);
}
