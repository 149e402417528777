using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary>Who may choose: a quota in a record, and what <c>[policy]</c> makes of it.</summary>
public sealed class PolicyTests
{
    private const string Alice = "alice@example.org";

    private static readonly byte[] Large = Encoding.ASCII.GetBytes($"Subject: large\r\n\r\n{string.Concat(Enumerable.Repeat("sixty-four bytes a line, with those that end it, so that it fits\r\n", 64))}");

    [Theory]
    [InlineData("override", "1K", "1M", 452, "1K, by mailstore.toml(4,1), [mda.maildir]; the record's 1M is passed over: [policy] quota = \"override\"")]
    [InlineData("ignore", "0", "1", 250, "0, by mailstore.toml(4,1), [mda.maildir]; the record's 1 is passed over: [policy] quota = \"ignore\"")]
    [InlineData("user", "1K", "1M", 250, "1M, by the user's record")]
    public async Task A_mail_goes_by_the_quota_that_the_policy_has_and_show_says_why(string rule, string ofModule, string ofRecord, int code, string why)
    {
        using var place = new TestPlace($"[mda.maildir]\nquota = \"{ofModule}\"\n[policy]\nquota = \"{rule}\"\n");
        await using var server = await ServerProcess.StartAsync(place);
        var added = (await place.RunAsync("user", "add", Alice, $"quota={ofRecord}")).Succeeded();
        Assert.Equal(rule != "user", added.Errors.Contains("'quota' is written, but does not count: ", StringComparison.Ordinal));

        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        Assert.Equal(code, Assert.Single(await client.SendMailAsync("", [Alice], Large)).Code);

        var shown = (await place.RunAsync("user", "show", Alice)).Succeeded().Output;
        Assert.Contains($" quota {why}", Regex.Replace(shown, @"\s+", " "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_and_importers_are_told_of_it()
    {
        using var place = new TestPlace("[policy]\nquota = \"ignore\"\n");
        var imported = await MailStoreProgram.RunAsync(place.Directory, Encoding.ASCII.GetBytes($"{Alice} quota=1\ncarol@example.org\n"), ["user", "import", "-"]);
        Assert.Contains("1 of them with settings that do not count, by [policy]", imported.Succeeded().Errors, StringComparison.Ordinal);
        foreach (var (command, list) in (ValueTuple<string, string>[])[("test", "settings"), ("show", "in_force")])
        {
            var told = JsonDocument.Parse((await place.RunAsync("user", command, Alice, "--json")).Succeeded().Output).RootElement;
            var quota = told.GetProperty(list).EnumerateArray().Single(setting => setting.GetProperty("key").GetString() == "quota");
            Assert.Equal(("ignore", "1"), (quota.GetProperty("rule").GetString(), quota.GetProperty("passed_over").GetString()));
        }
    }

    [Fact]
    public async Task A_policy_about_what_no_user_may_set_stops_the_start()
    {
        using var place = new TestPlace("[mda.maildir]\n[policy]\nqouta = \"ignore\"\nfirst_uid = \"ignore\"\nmda = \"override\"\n");
        var told = (await place.RunAsync("config", "check")).FailedClearly(78).Errors;
        Assert.Contains("mailstore.toml(5,1): 'qouta' in [policy] is not a setting of any configured MDA; did you mean 'quota'?", told, StringComparison.Ordinal);
        Assert.Contains("mailstore.toml(6,1): 'first_uid' of mda 'maildir' is the administrator's alone", told, StringComparison.Ordinal);
        Assert.Contains("mailstore.toml(7,1): 'mda' cannot be in [policy]", told, StringComparison.Ordinal);
    }
}
