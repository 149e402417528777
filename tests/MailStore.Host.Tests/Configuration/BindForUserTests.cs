using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using MailStore.Host.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Configuration;

public sealed class BindForUserTests
{
    private static readonly ConfigTable Table = ConfigFolder.Table("path = \"of the module\"\nquota = \"1G\"\nlevel = 2\nflag = false");

    [Fact]
    public void The_record_wins_over_the_domain_which_wins_over_the_module_which_wins_over_the_default()
    {
        var options = Bind(Layer("domain example.org", ("path", "of the domain"), ("quota", "2G")), Layer("the record", ("quota", "3G")));
        Assert.Equal(("of the domain", ByteSize.Parse("3G"), 2, false, 0.5), (options.Path, options.Quota, options.Level, options.Flag, options.Ratio));
    }

    [Fact]
    public void Texts_are_read_like_values_of_the_file()
    {
        var options = Bind(Layer("the record", ("quota", "1000"), ("folders", "a, b\\,c ,d\\\\"), ("wait", "1m"), ("retry.count", "7")));
        Assert.Equal((1000L, 7), (options.Quota!.Value.Bytes, options.Retry.Count));
        Assert.Equal(["a", "b,c", "d\\"], options.Folders);
        Assert.Equal(TimeSpan.FromMinutes(1), options.Wait);
    }

    [Fact]
    public void An_empty_text_lifts_what_was_set_before()
    {
        Assert.Null(Bind(Layer("the record", ("quota", ""))).Quota);
        Assert.Empty(Bind(Layer("the record", ("folders", ""))).Folders);
    }

    [Fact]
    public void Keys_of_the_host_are_skipped() => Bind(Layer("the record", ("mda", "maildir"), ("enabled", "false"), ("alias", "b@example.org")));

    [Theory]
    [InlineData("pth", "x", "'pth' is not a setting of mda 'maildir'; did you mean 'path'?")]
    [InlineData("flag", "true", "'flag' of mda 'maildir' cannot be set for a user, only in [mda.maildir]")]
    [InlineData("retry", "5", "'retry' is not a setting of mda 'maildir'")]
    [InlineData("quota", "lots", "'quota' takes a size such as \"50M\" or \"1G\", not \"lots\" (set by the record)")]
    [InlineData("level", "101", "'level' must be from 1 to 100, not 101 (set by the record)")]
    [InlineData("level", "", "'level' takes a whole number, not \"\" (set by the record)")]
    public void A_mistake_is_told_in_words(string key, string value, string mistake) =>
        Assert.Equal([mistake], MistakesOf(Layer("the record", (key, value))));

    [Fact]
    public void What_is_not_this_mdas_is_skipped_where_the_layer_says_so()
    {
        Assert.Empty(MistakesOf(Layer("domain a.org", ("pth", "x"), ("flag", "true")) with { IgnoreUnknown = true }));
        Assert.NotEmpty(MistakesOf(Layer("domain a.org", ("quota", "lots")) with { IgnoreUnknown = true }));
    }

    [Fact]
    public void What_each_user_must_have_is_asked_for_here()
    {
        var mistakes = new List<string>();
        OptionsBinder.BindForUser(typeof(Homely), Table, [], mistakes);
        Assert.Equal(["'home' is missing: set it for the user, for his domain, or in [mda.maildir]"], mistakes);
        mistakes.Clear();
        OptionsBinder.BindForUser(typeof(Homely), Table, [Layer("the record", ("home", "/home/a"))], mistakes);
        Assert.Empty(mistakes);
    }

    [Fact]
    public void Users_share_nothing_that_can_be_changed()
    {
        var first = Bind();
        first.Folders.Add("mine");
        first.Retry.Count = 9;
        Assert.DoesNotContain("mine", Bind().Folders);
        Assert.Equal(3, Bind().Retry.Count);
    }

    [Fact]
    public void A_domains_table_becomes_a_layer_that_reads_the_same()
    {
        var domain = ConfigFolder.LoadRight("""
            [domain."a.org"]
            enabled = true
            path = "p"
            quota = 5
            folders = ["a,b", "c\\d", "e"]
            retry.count = 4
            """).Domains["a.org"];

        var options = Bind(SettingsLayer.FromDomain("a.org", domain));

        Assert.Equal(("p", 5L, 4), (options.Path, options.Quota!.Value.Bytes, options.Retry.Count));
        Assert.Equal(["a,b", "c\\d", "e"], options.Folders);
    }

    [Fact]
    public void It_is_fast()
    {
        SettingsLayer[] layers = [Layer("domain a.org", ("path", "x"), ("quota", "2G")), Layer("the record", ("quota", "3G"), ("level", "9"))];
        var mistakes = new List<string>();
        for (var i = 0; i < 2_000; i++)
            OptionsBinder.BindForUser(typeof(SampleOptions), Table, layers, mistakes);
        var clock = Stopwatch.StartNew();
        const int times = 20_000;
        for (var i = 0; i < times; i++)
            OptionsBinder.BindForUser(typeof(SampleOptions), Table, layers, mistakes);
        Assert.Empty(mistakes);
        Assert.True(clock.Elapsed < TimeSpan.FromMilliseconds(0.2) * times, $"{clock.Elapsed.TotalMicroseconds / times:F1} µs each"); // about 6 µs
    }

    private static SampleOptions Bind(params SettingsLayer[] layers)
    {
        var mistakes = new List<string>();
        var options = (SampleOptions)OptionsBinder.BindForUser(typeof(SampleOptions), Table, layers, mistakes);
        Assert.Empty(mistakes);
        return options;
    }

    private static List<string> MistakesOf(params SettingsLayer[] layers)
    {
        var mistakes = new List<string>();
        OptionsBinder.BindForUser(typeof(SampleOptions), Table, layers, mistakes);
        return mistakes;
    }

    private static SettingsLayer Layer(string name, params (string Key, string Value)[] values) =>
        new(name, [.. values.Select(value => KeyValuePair.Create(value.Key, value.Value))], IgnoreUnknown: false);

    private sealed class Homely
    {
        [Required]
        [UserSetting]
        public string? Home { get; set; }

        public string Path { get; set; } = "";

        public ByteSize Quota { get; set; }

        public int Level { get; set; }

        public bool Flag { get; set; }
    }
}
