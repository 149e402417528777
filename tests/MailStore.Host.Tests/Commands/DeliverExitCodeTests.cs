using MailStore.Host.Admin;
using MailStore.Host.Commands;
using MailStore.Host.Delivery;
using MailStore.Host.Tests.Configuration;

namespace MailStore.Host.Tests.Commands;

/// <summary>What an MTA reads from the exit code of <c>deliver</c>: the table of the design.</summary>
public sealed class DeliverExitCodeTests
{
    [Theory]
    [InlineData("250 2.0.0", 0)]
    [InlineData("550 5.1.1", 67)]
    [InlineData("501 5.1.3", 67)]
    [InlineData("550 5.2.1", 67)]
    [InlineData("452 4.2.2", 75)]
    [InlineData("552 5.2.2", 77)]
    [InlineData("552 5.3.4", 77)]
    [InlineData("452 4.3.1", 75)]
    [InlineData("451 4.3.0", 75)]
    [InlineData("451 4.3.5", 75)]
    [InlineData("421 4.3.2", 75)]
    public void Each_reply_has_its_exit_code(string reply, int exitCode) => Assert.Equal(exitCode, ExitCodeOf(reply));

    [Theory]
    [InlineData("250 2.0.0, 250 2.0.0", 0)]
    [InlineData("250 2.0.0, 550 5.1.1", 67)]
    [InlineData("550 5.1.1, 250 2.0.0", 67)]
    [InlineData("451 4.3.0, 550 5.1.1, 250 2.0.0", 75)]
    [InlineData("250 2.0.0, 550 5.1.1, 451 4.3.0", 75)]
    [InlineData("552 5.2.2, 451 4.3.0, 552 5.3.4", 75)]
    public void Of_many_a_temporary_failure_outweighs_a_permanent_one_which_outweighs_success(string replies, int exitCode) =>
        Assert.Equal(exitCode, ExitCodeOf(replies.Split(", ")));

    [Theory]
    [InlineData("deliver")]
    [InlineData("deliver --unknown alice@example.org")]
    [InlineData("deliver -f")]
    public async Task A_mistake_on_the_command_line_is_temporary_for_an_MTA(string line) =>
        Assert.Equal(ExitCode.TemporaryFailure, await CommandLine.RunAsync(line.Split(' ')));

    [Fact]
    public async Task A_mistake_on_any_other_command_line_is_one_of_usage() =>
        Assert.Equal(ExitCode.Usage, await CommandLine.RunAsync(["user", "add"]));

    [Fact]
    public async Task A_mistake_in_the_configuration_is_temporary_for_an_MTA()
    {
        using var folder = new ConfigFolder();
        Directory.CreateDirectory(folder.At("data"));
        File.WriteAllText(folder.At("data/users"), "");
        var config = folder.Write("data_dir = \"data\"\nbogus = 1\n[lmtp]\nlisten = [\"unix:nobody.sock\"]");
        Assert.Equal(ExitCode.TemporaryFailure, await CommandLine.RunAsync(["deliver", "--config", config, "alice@example.org"]));
        Assert.Equal(ExitCode.Configuration, await CommandLine.RunAsync(["config", "check", "--config", config]));
    }

    private static int ExitCodeOf(params string[] replies) => DeliverVerdict.Report(
        [.. replies.Select(reply => new Reply(int.Parse(reply.AsSpan(0, 3), null), reply[4..], "text"))],
        [.. replies.Select((_, i) => $"user{i}@example.org")]);
}
