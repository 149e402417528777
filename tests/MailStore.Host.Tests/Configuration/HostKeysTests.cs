using MailStore.Host.Configuration;

namespace MailStore.Host.Tests.Configuration;

public sealed class HostKeysTests
{
    private static readonly string[] Mdas = ["maildir", "archive"];

    [Theory]
    [InlineData("mda", "archive")]
    [InlineData("enabled", "true")]
    [InlineData("enabled", "False")]
    [InlineData("alias", "bob@example.org")]
    [InlineData("alias", "bob")]
    [InlineData("quota", "none of the host's business")]
    public void What_is_right(string key, string value) => Assert.Null(HostKeys.Check(key, value, Mdas));

    [Theory]
    [InlineData("mda", "archiv", "'mda' names 'archiv', but there is no [mda.archiv]; configured: maildir, archive; did you mean 'archive'?")]
    [InlineData("enabled", "yes", "'enabled' takes true or false, not \"yes\"")]
    [InlineData("enabled", "", "'enabled' takes true or false, not \"\"")]
    [InlineData("alias", "", "'alias' takes the name of another user, as alice@example.org")]
    [InlineData("alias", "a@b.org, c@d.org", "'alias' takes the name of one other user, as alice@example.org, not \"a@b.org, c@d.org\"")]
    [InlineData("catch_all", "bob@example.org", "'catch_all' is a setting of a domain: it belongs into [domain.\"example.org\"] of the configuration")]
    public void What_is_wrong(string key, string value, string error) => Assert.Equal(error, HostKeys.Check(key, value, Mdas));

    [Fact]
    public void An_alias_is_no_longer_than_an_address() => Assert.NotNull(HostKeys.CheckUser("alias", new string('a', 321)));
}
