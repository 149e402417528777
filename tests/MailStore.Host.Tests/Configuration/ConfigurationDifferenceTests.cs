using MailStore.Host.Configuration;

namespace MailStore.Host.Tests.Configuration;

/// <summary>What changed in a configuration.</summary>
public sealed class ConfigurationDifferenceTests
{
    [Theory]
    [InlineData("mda = 'a'", "mda = 'a'", "")]
    [InlineData("mda = 'a' # x", "\n  mda = \"a\"", "")]
    [InlineData("mda = 'a'", "mda = 'b'", "mda")]
    [InlineData("mda = 'a'", "", "mda")]
    [InlineData("[lmtp]\nlisten = ['a', 'b']", "[lmtp]\nlisten = ['a', 'c']\nx = true", "[lmtp] listen, [lmtp] x")]
    [InlineData("[domain.'example.org']\nquota = 1", "[domain.'example.org']\nquota = 2", "[domain.\"example.org\"] quota")]
    public void Keys_are_named_whose_values_differ(string before, string after, string differs) =>
        Assert.Equal(differs, string.Join(", ", ConfigurationDifference.Between(Read(before), Read(after))));

    [Fact]
    public void A_configuration_that_was_not_there_has_no_keys() =>
        Assert.Equal(["mda"], ConfigurationDifference.Between(null, Read("mda = 'a'")));

    private static ConfigTable Read(string text) => TomlReader.Read(text, "x.toml", []);
}
