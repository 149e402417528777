using System.Text;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary>
/// A plugin that was compiled against the first SDK for authors, and never since (tests/fixtures/binary/FirstSdk, its source beside it), serves on today's host.
/// </summary>
public sealed class FirstSdkTests
{
    private const string Alice = "alice@example.org";
    private const string Own = "mda = \"first-mda\"\ncreator = \"first-creator\"\nuserdb = \"first-userdb\"\n";
    private static readonly string Plugin = Path.Combine(RepositoryRoot.Path, "tests", "fixtures", "binary", "FirstSdk", "plugin");

    [Fact]
    public async Task It_is_offered_with_the_version_that_it_was_built_against()
    {
        using var place = Place();
        var listed = (await place.RunAsync("module", "list")).Succeeded().Output;
        foreach (var module in (string[])["first-mda", "first-creator", "first-userdb"])
            Assert.Matches($@"(?m)^{module} +\w+ +1\.0\.0 +0\.1\.0 +configured ", listed);
    }

    [Theory]
    [InlineData("first-mda")]
    [InlineData("first-creator")]
    [InlineData("first-userdb")]
    public async Task Each_of_its_modules_keeps_the_contract(string module)
    {
        using var place = Place();
        var verified = (await place.RunAsync("module", "verify", module, "--scratch", place.Directory)).Succeeded();
        Assert.Contains($"'{module}' keeps the contract", verified.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_flows_through_all_three_and_is_there_after_a_restart()
    {
        using var place = Place();
        await using (var server = await ServerProcess.StartAsync(place))
        {
            (await place.RunAsync("user", "add", Alice, "max_size=1K")).Succeeded();
            await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
            Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [Alice], "Subject: first\r\n\r\nhello\r\n"u8.ToArray())).Code);
            Assert.Equal(552, Assert.Single(await client.SendMailAsync("", [Alice], Encoding.ASCII.GetBytes($"Subject: large\r\n\r\n{new string('x', 900)}\r\n{new string('x', 900)}\r\n"))).Code);
            Assert.Equal(0, await server.StopAsync());
        }

        await using (var server = await ServerProcess.StartAsync(place))
        {
            Assert.Contains("1 users in", (await place.RunAsync("health")).Succeeded().Output, StringComparison.Ordinal);
            Assert.Single((await place.RunAsync("mail", "list", Alice, "--json")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.Equal(0, await server.StopAsync());
        }
    }

    private static TestPlace Place()
    {
        var place = new TestPlace();
        var modules = place.OwnModules();
        TestPlace.CopyFolder(Plugin, Path.Combine(modules, "first"));
        place.Configure(Own, modules);
        return place;
    }
}
