using MailStore.Host.Admin;
using MailStore.Host.Tests.Delivery;

namespace MailStore.Host.Tests.Admin;

/// <summary>What administrators are told of <c>[policy]</c>, and how mails go by it.</summary>
public sealed class SettingsPolicyTests : IDisposable
{
    private const string Alice = PostOffice.Alice;

    private readonly PostOffice _office = new(
        first: "quota = \"1G\"",
        tables: """
            [domain."example.org"]
            level = 4
            [policy]
            quota = "override"
            level = "override"
            folders = "override"
            retry.count = "ignore"
            path = "user"
            """);

    public void Dispose() => _office.Dispose();

    [Theory]
    [InlineData("quota", "5G", "1G, by mailstore.toml(5,1), [mda.first]; the record's 5G is passed over: [policy] quota = \"override\"")]
    [InlineData("quota", "", "1G, by mailstore.toml(5,1), [mda.first]; the record's (none) is passed over: [policy] quota = \"override\"")]
    [InlineData("quota", null, "1G, by mailstore.toml(5,1), [mda.first]")]
    [InlineData("level", "high", "4, by mailstore.toml(8,1), [domain.\"example.org\"]; the record's high is passed over: [policy] level = \"override\"")]
    [InlineData("folders", "a,b", "a,b, by the user's record; [policy] folders = \"override\" has no default to force")]
    [InlineData("retry.count", "7", "3, by the module's default; the record's 7 is passed over: [policy] \"retry.count\" = \"ignore\"")]
    [InlineData("path", "x", "x, by the user's record")]
    public async Task The_rule_that_decided_is_told(string key, string? value, string text)
    {
        var record = _office.Users.Put(Alice, value is null ? [] : [(key, value)]);
        var tested = (await _office.Reporter.ReportAsync(Alice, default)).Settings;
        Assert.Equal(text, tested.Single(setting => setting.Key == key).Text);
        Assert.Equal(tested, _office.Reporter.ViewInForce(record).InForce);
    }

    [Fact]
    public async Task Programs_are_told_the_rule_and_what_it_passed_over()
    {
        _office.Users.Put(Alice, ("quota", "5G"), ("path", "x"));
        var settings = (await _office.Reporter.ReportAsync(Alice, default)).Settings.ToDictionary(setting => setting.Key);
        Assert.Equal(("1G", "override", "5G"), (settings["quota"].Value, settings["quota"].Rule, settings["quota"].PassedOver));
        Assert.Equal(("x", "user", null), (settings["path"].Value, settings["path"].Rule, settings["path"].PassedOver));
    }

    [Fact]
    public void Of_an_alias_nothing_is_in_force()
    {
        _office.Users.Put("info@example.org", ("alias", Alice), ("quota", "5G"));
        var record = _office.Users.Peek("info@example.org")!;
        Assert.Null(_office.Reporter.ViewInForce(record).InForce);
        Assert.Null(_office.Reporter.WarningsFor(record, ["quota"]));
    }

    [Fact]
    public void A_record_whose_MDA_is_not_there_is_shown_all_the_same() =>
        Assert.Empty(_office.Reporter.ViewInForce(_office.Users.Put(Alice, ("mda", "third"), ("quota", "5G"))).InForce!);

    [Fact]
    public async Task Mails_go_by_it_and_a_word_that_is_passed_over_stops_none()
    {
        _office.Users.Put(Alice, ("quota", "lots"), ("level", "high"), ("retry.count", "never"), ("path", "of the record"));
        Assert.Equal(["250 2.0.0"], await _office.SendAsync(Alice));
        var options = _office.First.Parsed.Last().Options;
        Assert.Equal((1L << 30, 4, 3, "of the record"), (options.Quota!.Value.Bytes, options.Level, options.Retry.Count, options.Path));
    }

    [Fact]
    public async Task What_does_not_count_is_written_and_told()
    {
        var added = (await _office.Administration.AddAsync(new UserChange { Name = Alice, Settings = new() { ["quota"] = "5G", ["path"] = "x" } }, default))!;
        Assert.Equal("5G", _office.Users.Peek(Alice)!.Settings["quota"]);
        Assert.Equal(
            ["'quota' is written, but does not count: quota = 1G, by mailstore.toml(5,1), [mda.first]; the record's 5G is passed over: [policy] quota = \"override\""],
            _office.Reporter.WarningsFor(added, ["quota", "path"]));

        var set = await _office.Administration.SetAsync(new UserChange { Name = Alice, Settings = new() { ["folders"] = "a" } }, default);
        Assert.Null(_office.Reporter.WarningsFor(set, ["folders"]));
    }

    [Fact]
    public async Task Keys_that_nobody_knows_are_refused_as_ever() => await Assert.ThrowsAsync<AdminException>(
        () => _office.Administration.AddAsync(new UserChange { Name = Alice, Settings = new() { ["qota"] = "5G" } }, default));

    [Fact]
    public async Task Secrets_are_not_told()
    {
        using var office = new PostOffice(tables: "[policy]\nfolders = \"ignore\"");
        office.Users.Put(Alice, ("folders", "https://a:hunter2@example.org/"), ("path", "pwd=hunter2"));
        var settings = (await office.Reporter.ReportAsync(Alice, default)).Settings;
        Assert.DoesNotContain(settings, setting => setting.Text.Contains("hunter2", StringComparison.Ordinal));
        Assert.Equal("***", settings.Single(setting => setting.Key == "folders").PassedOver);
    }
}
