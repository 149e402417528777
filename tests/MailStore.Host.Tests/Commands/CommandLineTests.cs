using MailStore.Host.Commands;

namespace MailStore.Host.Tests.Commands;

/// <summary>Of the commands those are built that the arguments name.</summary>
public sealed class CommandLineTests
{
    private static readonly string[] All = [.. CommandLine.Build([]).Subcommands.Select(command => command.Name)];

    [Fact]
    public void Each_command_is_built_alone_by_its_name_wherever_it_stands()
    {
        Assert.Equal(9, All.Length);
        Assert.All(All, name => Assert.Equal(name, Assert.Single(CommandLine.Build(["--config", "x.toml", name, "--log-level", "debug"]).Subcommands).Name));
    }

    [Theory, InlineData("--help"), InlineData("sevre"), InlineData("")]
    public void All_are_built_where_none_is_named(string argument) =>
        Assert.Equal(All, CommandLine.Build([argument]).Subcommands.Select(command => command.Name));

    [Fact]
    public void A_value_that_is_called_as_a_command_hides_none() =>
        Assert.Empty(CommandLine.Build(["user", "add", "serve"]).Parse(["user", "add", "serve"]).Errors);
}
