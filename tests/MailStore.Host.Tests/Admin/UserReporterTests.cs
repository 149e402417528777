using MailStore.Host.Admin;
using MailStore.Host.Tests.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Admin;

/// <summary>What <c>user test</c> says.</summary>
public sealed class UserReporterTests : IDisposable
{
    private const string Alice = PostOffice.Alice;

    private readonly PostOffice _office = new(
        first: "level = 2\nquota = \"1G\"\nfolders = [\"of the\", \"module\"]",
        tables: """
            [domain."example.org"]
            quota = "2G"
            folders = ["a,b", "c"]
            retry.count = 7
            [domain."second.org"]
            mda = "second"
            """);

    public void Dispose() => _office.Dispose();

    [Theory]
    [InlineData("path", "x", "the user's record")]
    [InlineData("quota", "2G", "[domain.\"example.org\"]")]
    [InlineData("level", "2", "[mda.first]")]
    public async Task Each_setting_is_told_with_the_layer_that_set_it(string key, string value, string from)
    {
        _office.Users.Put(Alice, ("path", "x"));
        var setting = (await ReportAsync(Alice)).Settings.Single(setting => setting.Key == key);
        Assert.Equal(value, setting.Value);
        Assert.Contains(from, setting.From, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nobody_set_is_told_as_the_modules_default()
    {
        _office.Users.Put("a@other.org");
        Assert.Contains((await ReportAsync("a@other.org")).Settings, setting => setting is { Key: "path", From: "the module's default" } && setting.Value.Contains("default", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Settings_from_the_file_are_told_with_their_place_in_it()
    {
        _office.Users.Put(Alice);
        var (line, column) = _office.Configuration.Domains["example.org"].Find("quota") is { } entry ? (entry.Line, entry.Column) : default;
        Assert.Contains((await ReportAsync(Alice)).Settings, setting => setting.Key == "quota" && setting.From.Contains($"({line},{column})", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lists_and_nested_options_are_told_as_they_are_in_force()
    {
        _office.Users.Put(Alice);
        _office.Users.Put("a@other.org");
        var settings = (await ReportAsync(Alice)).Settings;
        Assert.Contains(settings, setting => setting is { Key: "retry.count", Value: "7" } && setting.From.Contains("example.org", StringComparison.Ordinal));
        Assert.Contains(settings, setting => setting is { Key: "folders", Value: "a\\,b,c" });
        Assert.Contains((await ReportAsync("a@other.org")).Settings, setting => setting is { Key: "folders", Value: "of the,module" });
    }

    [Fact]
    public async Task Options_that_are_the_administrators_alone_are_not_told()
    {
        _office.Users.Put(Alice);
        Assert.Equal(["folders", "level", "path", "quota", "retry.count"], (await ReportAsync(Alice)).Settings.Select(setting => setting.Key).Order());
    }

    [Theory]
    [InlineData("a@example.org", null, false, "mailstore.toml(1,")]
    [InlineData("a@second.org", null, false, "mailstore.toml(")]
    [InlineData("a@second.org", "first", false, "the user's record")]
    [InlineData("a@second.org", "first", true, "the allocation")]
    public async Task The_MDA_is_told_with_who_chose_it(string user, string? record, bool isAllocated, string from)
    {
        _office.Users.Put(user, isAllocated ? new Allocation { Id = "1", Mda = "second", Form = 1 } : null, record is null ? [] : [("mda", record)]);
        var report = await ReportAsync(user);
        Assert.Contains(from, report.MdaFrom, StringComparison.Ordinal);
        Assert.Equal(isAllocated || (record is null && user == "a@second.org") ? "second" : "first", report.User!.Mda);
    }

    [Fact]
    public async Task What_would_happen_is_told_and_nothing_does()
    {
        _office.Users.Put(Alice);
        var report = await ReportAsync("Alice+Lists@example.org");
        Assert.Equal((Alice, "Lists", 250), (report.Name, report.Detail, report.Code));
        Assert.Contains("missing home", report.Verdict, StringComparison.Ordinal);
        Assert.Contains("creator 'fake'", report.Verdict, StringComparison.Ordinal);
        Assert.Empty(_office.Creator.Asked);
        Assert.Empty(_office.Users.Written);
    }

    [Fact]
    public async Task Of_a_user_with_mail_the_usage_is_told()
    {
        _office.Users.Put(Alice);
        await _office.SendAsync(Alice);
        var report = await ReportAsync(Alice);
        Assert.Contains("ready", report.Verdict, StringComparison.Ordinal);
        Assert.EndsWith(" bytes of 1M, 1 mails", report.Usage, StringComparison.Ordinal);
        Assert.Equal($"/home/{Alice}", report.User!.Home);
    }

    [Theory]
    [InlineData("level", "high", "whole number")]
    [InlineData("mda", "third", "mda 'third' is not configured")]
    public async Task Of_a_broken_record_the_reason_is_told(string key, string value, string reason)
    {
        _office.Users.Put(Alice, (key, value));
        var report = await ReportAsync(Alice);
        Assert.Equal(451, report.Code);
        Assert.StartsWith("invalid: ", report.Verdict, StringComparison.Ordinal);
        Assert.Contains(reason, report.Verdict, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody@example.org", 550)]
    [InlineData("@example.org", 501)]
    public async Task Of_nobody_only_the_reply_is_told(string address, int code)
    {
        var report = await ReportAsync(address);
        Assert.Equal((code, null, null), (report.Code, report.User, report.Verdict));
    }

    [Fact]
    public async Task Of_an_alias_the_user_who_gets_the_mail_is_told()
    {
        _office.Users.Put(Alice);
        _office.Users.Put("info@example.org", ("alias", Alice));
        Assert.Equal((Alice, Alice), await ReportAsync("info@example.org") is var report ? (report.Name, report.User!.Name) : default);
    }

    [Fact]
    public async Task Of_a_disabled_user_the_record_is_told_all_the_same()
    {
        _office.Users.Put(Alice, ("enabled", "false"));
        var report = await ReportAsync(Alice);
        Assert.Equal((550, false), (report.Code, report.User!.Enabled));
    }

    private Task<UserReport> ReportAsync(string address) => _office.Reporter.ReportAsync(address, default);
}
