using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using MailStore.Host.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Configuration;

/// <summary>The table <c>[policy]</c>: whose word counts for a setting.</summary>
public sealed class SettingsPolicyTests
{
    private static readonly Dictionary<string, Type> Mdas = new() { ["maildir"] = typeof(SampleOptions), ["s3"] = typeof(Bucket) };

    [Theory]
    // rule, module's table, domain, record, in force; the default is 5
    [InlineData("user", null, null, null, 5)]
    [InlineData("user", 1, null, null, 1)]
    [InlineData("user", 1, 2, null, 2)]
    [InlineData("user", 1, 2, 3, 3)]
    [InlineData("user", null, 2, 3, 3)]
    [InlineData("user", 1, null, 3, 3)]
    [InlineData("user", null, null, 3, 3)]
    [InlineData("override", null, null, null, 5)]
    [InlineData("override", 1, null, null, 1)]
    [InlineData("override", 1, 2, null, 2)]
    [InlineData("override", 1, 2, 3, 2)]
    [InlineData("override", null, 2, 3, 2)]
    [InlineData("override", 1, null, 3, 1)]
    [InlineData("override", null, null, 3, 3)]
    [InlineData("ignore", null, null, null, 5)]
    [InlineData("ignore", 1, null, null, 1)]
    [InlineData("ignore", 1, 2, null, 2)]
    [InlineData("ignore", 1, 2, 3, 2)]
    [InlineData("ignore", null, 2, 3, 2)]
    [InlineData("ignore", 1, null, 3, 1)]
    [InlineData("ignore", null, null, 3, 5)]
    public void Each_rule_says_which_layer_counts(string rule, int? module, int? domain, int? record, int inForce)
    {
        // the nested one must come to the same, and the one that no rule is about is the record's
        var (options, mistakes) = Bind(
            $"[policy]\nlevel = \"{rule}\"\nretry.count = \"{rule}\"",
            module is null ? "" : $"level = {module}\nretry.count = {module}\nquota = 1",
            domain is null ? "" : $"level = {domain}\nretry.count = {domain}\nquota = 2",
            record is null ? [] : [("level", $"{record}"), ("retry.count", $"{record}"), ("quota", "3")]);
        Assert.Empty(mistakes);
        Assert.Equal((inForce, inForce == 5 ? 3 : inForce), (options.Level, options.Retry.Count));
        Assert.Equal(record is null ? domain is null ? module : 2 : 3, (int?)options.Quota?.Bytes);
    }

    [Theory]
    [InlineData("ignore", "")]
    [InlineData("override", "level = 2")]
    public void What_is_passed_over_can_be_no_mistake(string rule, string module)
    {
        Assert.Empty(Bind($"[policy]\nlevel = \"{rule}\"", module, "", [("level", "lots")]).Mistakes);
        Assert.NotEmpty(Bind("[policy]\nlevel = \"user\"", module, "", [("level", "lots")]).Mistakes);
        Assert.NotEmpty(Bind("[policy]\nlevel = \"override\"", "", "", [("level", "lots")]).Mistakes);
    }

    [Fact]
    public void A_key_that_the_users_MDA_does_not_have_is_told_all_the_same()
    {
        // another MDA has it
        Assert.Equal(["'prefix' is not a setting of mda 'maildir'"], Bind("[policy]\nprefix = \"ignore\"", "", "", [("prefix", "x")]).Mistakes);
    }

    [Fact]
    public void An_empty_default_is_forced_as_any_other() =>
        Assert.Null(Bind("[policy]\nquota = \"override\"", "quota = \"\"", "", [("quota", "3")]).Options.Quota);

    [Fact]
    public void A_list_that_is_forced_is_the_administrators_alone() =>
        Assert.Equal(["a"], Bind("[policy]\nfolders = \"override\"", "", "folders = [\"a\"]", [("folders", "b,c")]).Options.Folders);

    [Theory]
    [InlineData("user", "", null, "'home' is missing: set it for the user, for his domain, or in [mda.maildir]")]
    [InlineData("override", "", null, "'home' is missing: set it for the user, for his domain, or in [mda.maildir]")]
    [InlineData("override", "", "/h", null)]
    [InlineData("override", "home = \"\"", "/h", "'home' is missing: set it for the user's domain, or in [mda.maildir]; what his record says does not count: [policy] home = \"override\"")]
    [InlineData("ignore", "", "/h", "'home' is missing: set it for the user's domain, or in [mda.maildir]; what his record says does not count: [policy] home = \"ignore\"")]
    [InlineData("ignore", "home = \"/m\"", null, null)]
    public void What_is_missing_by_the_policy_alone_is_told_so(string rule, string module, string? record, string? mistake)
    {
        var configuration = ConfigFolder.LoadRight($"[policy]\nhome = \"{rule}\"\n[mda.maildir]\n{module}");
        var mistakes = new List<string>();
        OptionsBinder.BindForUser(typeof(Homely), configuration.Modules[0].OptionsTable, [Record(record is null ? [] : [("home", record)])], mistakes, configuration.Policy);
        Assert.Equal(mistake is null ? [] : [mistake], mistakes);
    }

    [Theory]
    [InlineData("retry.count = \"ignore\"")]
    [InlineData("\"retry.count\" = \"ignore\"")]
    [InlineData("[policy.retry]\ncount = \"ignore\"")]
    public void A_nested_setting_is_named_as_tables_or_records_name_it(string text)
    {
        var policy = ConfigFolder.LoadRight($"[policy]\n{text}").Policy;
        Assert.Equal(PolicyRule.Ignore, policy.RuleFor("retry.count"));
        Assert.Equal(PolicyRule.User, policy.RuleFor("retry"));
    }

    [Theory]
    [InlineData("policy = \"override\"", "(1,1): 'policy' is a table: write [policy], and below it quota = \"override\", \"ignore\" or \"user\"")]
    [InlineData("[polcy]", "(1,1): unknown table [polcy]; did you mean [policy]?")]
    [InlineData("[policy]\nquota = \"overide\"", "(2,1): 'quota' in [policy] takes one of: user, override, ignore, not \"overide\"; did you mean \"override\"?")]
    [InlineData("[policy]\nquota = true", "(2,1): 'quota' in [policy] takes one of: user, override, ignore, not true")]
    [InlineData("[policy]\nmda = \"override\"", "(2,1): 'mda' cannot be in [policy]: the allocation of a user decides, then his record, then his domain, then 'mda' above all tables")]
    [InlineData("[policy]\nenabled = \"ignore\"", "(2,1): 'enabled' cannot be in [policy]: it is a key of the host and no setting of an MDA")]
    [InlineData("[policy]\nmoving = \"ignore\"", "(2,1): 'moving' cannot be in [policy]: it is a key of the host and no setting of an MDA")]
    [InlineData("[policy]\nretry.count = \"ignore\"\n\"retry.count\" = \"user\"", "(3,1): 'retry.count' stands in [policy] twice; the first is at (2,7)")]
    public void A_mistake_in_the_table_is_told_with_its_place(string text, string mistake) =>
        Assert.Equal(["mailstore.toml" + mistake], ConfigFolder.MistakesOf(text));

    [Theory]
    [InlineData("qota", "'qota' in [policy] is not a setting of any configured MDA; did you mean 'quota'?")]
    [InlineData("retry.cuont", "'retry.cuont' in [policy] is not a setting of any configured MDA; did you mean 'retry.count'?")]
    [InlineData("flag", "'flag' of mda 'maildir' is the administrator's alone: no record can set it, so take it out of [policy]")]
    [InlineData("retry.pause", "'retry.pause' of mda 'maildir' is the administrator's alone: no record can set it, so take it out of [policy]")]
    [InlineData("prefix", null)]
    [InlineData("retry.count", null)]
    public void A_key_must_be_a_user_setting_of_one_of_the_MDAs(string key, string? mistake)
    {
        var policy = ConfigFolder.LoadRight($"[policy]\n{key} = \"ignore\"").Policy;
        var mistakes = new List<Mistake>();
        PolicyChecker.Check(policy, Mdas, mistakes);
        Assert.Equal(mistake is null ? [] : [mistake], mistakes.Select(found => found.ToString().Split(": ", 2)[1]));
        Assert.All(mistakes, found => Assert.Equal(2, found.Line));
    }

    [Fact]
    public void What_is_shown_of_it_is_read_as_the_same()
    {
        var configuration = ConfigFolder.LoadRight("[policy]\nquota = \"override\"\nretry.count = \"ignore\"\nclient_secret = \"user\"");
        using var shown = new StringWriter(CultureInfo.InvariantCulture);
        ConfigurationWriter.Write(configuration, [], shown);
        Assert.Contains("\n[policy]\nquota = \"override\"  # mailstore.toml(2,1)\n\"retry.count\" = \"ignore\"  # mailstore.toml(3,7)\nclient_secret = \"user\"", shown.ToString(), StringComparison.Ordinal);
        var again = ConfigFolder.LoadRight(shown.ToString()).Policy;
        Assert.Equal(
            configuration.Policy.Rules.Select(rule => (rule.Key, rule.Value.Rule)),
            again.Rules.Select(rule => (rule.Key, rule.Value.Rule)));
    }

    private static (SampleOptions Options, List<string> Mistakes) Bind(string policy, string module, string domain, (string Key, string Value)[] record)
    {
        var configuration = ConfigFolder.LoadRight($"{policy}\n[mda.maildir]\n{module}\n[domain.\"a.org\"]\n{domain}");
        var mistakes = new List<string>();
        SettingsLayer[] layers = [SettingsLayer.FromDomain("a.org", configuration.Domains["a.org"]), Record(record)];
        var options = OptionsBinder.BindForUser(typeof(SampleOptions), configuration.Modules[0].OptionsTable, layers, mistakes, configuration.Policy);
        return ((SampleOptions)options, mistakes);
    }

    private static SettingsLayer Record(params (string Key, string Value)[] settings) =>
        SettingsLayer.FromRecord(new UserRecord { Name = "a@a.org", Settings = settings.ToImmutableSortedDictionary(setting => setting.Key, setting => setting.Value) });

    private sealed class Homely
    {
        [Required]
        [UserSetting]
        public string? Home { get; set; }
    }

    private sealed class Bucket
    {
        [UserSetting]
        public string Prefix { get; set; } = "";
    }
}
