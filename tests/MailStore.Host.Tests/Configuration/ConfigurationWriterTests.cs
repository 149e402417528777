using System.Globalization;
using CsCheck;
using MailStore.Host.Configuration;

namespace MailStore.Host.Tests.Configuration;

public sealed class ConfigurationWriterTests
{
    private static readonly Gen<string> AnyText = Gen.String[Gen.Char.Where(c => !char.IsSurrogate(c) && c != '\uFFFD'), 0, 12];

    [Fact]
    public void It_says_what_is_in_force_and_where_it_came_from()
    {
        var shown = Show(ConfigFolder.LoadRight("""
            mda = "archive"
            [mda.archive]
            module = "sample"
            quota = "2048M"
            [domain."Example.org"]
            level = 7
            """));

        Assert.Contains("\nmda = \"archive\"  # mailstore.toml(1,1)\n", shown, StringComparison.Ordinal);
        Assert.Contains("\n# the creator that has new users allocated\ncreator = \"trial\"  # default\n", shown, StringComparison.Ordinal);
        Assert.Contains("\n# the LMTP server\n[lmtp]\n", shown, StringComparison.Ordinal);
        Assert.Contains("\n[mda.archive]\nmodule = \"sample\"  # mailstore.toml(3,1)\n# where mail goes\npath = \"mail/{domain}/{local}\"  # default\nquota = \"2G\"  # mailstore.toml(4,1)\n", shown, StringComparison.Ordinal);
        Assert.Contains("\ncomment = \"\"  # default\n", shown, StringComparison.Ordinal);
        Assert.Contains("\n# how often it is tried again\n[mda.archive.retry]\ncount = 3  # default\n", shown, StringComparison.Ordinal);
        Assert.Contains("\n[domain.\"example.org\"]\nlevel = 7  # mailstore.toml(6,1)\n", shown, StringComparison.Ordinal);
        Assert.Contains("\n# modules_dir = \"modules.d\"  # default\n", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_are_not_shown()
    {
        var configuration = ConfigFolder.LoadRight("""
            [mda.maildir]
            password = "hunter2"
            connection = "Host=db;Username=a;Password=hunter2"
            url = "https://a:hunter2@example.org/"
            api_token = ""
            other = "seen"
            [domain."a.org"]
            client_secret = "hunter2"
            """);

        foreach (var type in new[] { typeof(WithSecrets), null })
        {
            var shown = Show(configuration, type);
            Assert.DoesNotContain("hunter2", shown, StringComparison.Ordinal);
            Assert.Contains("# password = \"***\"  # mailstore.toml(2,1); not shown\n", shown, StringComparison.Ordinal);
            Assert.Contains("# connection = \"***\"", shown, StringComparison.Ordinal);
            Assert.Contains("# url = \"***\"", shown, StringComparison.Ordinal);
            Assert.Contains("\napi_token = \"\"", shown, StringComparison.Ordinal);
            Assert.Contains("\nother = \"seen\"", shown, StringComparison.Ordinal);
            Assert.Contains("# client_secret = \"***\"", shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_table_of_an_unknown_module_is_shown_as_it_stands()
    {
        var shown = Show(ConfigFolder.LoadRight("[mda.maildir]\na = [1, 2.0, \"x\", true]\nb.c.\"d e\" = 1"), type: null);
        Assert.Contains("[mda.maildir]\na = [1, 2.0, \"x\", true]  # mailstore.toml(2,1)\n", shown, StringComparison.Ordinal);
        Assert.Contains("[mda.maildir.b.c]\n\"d e\" = 1  # mailstore.toml(3,5)\n", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_file_the_defaults_are_shown_and_read_back()
    {
        using var folder = new ConfigFolder();
        var defaults = folder.Load();
        var shown = Show(defaults);
        Assert.StartsWith("# No configuration file was found: these are the defaults.", shown, StringComparison.Ordinal);
        folder.Write(shown);
        AssertSame(defaults, folder.Load());
    }

    [Fact]
    public void What_it_writes_is_read_as_the_same_configuration() =>
        Gen.Select(AnyText, Gen.Long[0, long.MaxValue], Gen.Long[0, TimeSpan.FromDays(400).Ticks], Gen.Double, AnyText.Array[0, 4], Gen.Int[1, 100], Gen.Bool)
            .Sample(
                (text, size, ticks, number, items, level, flag) =>
                {
                    var ratio = double.IsFinite(number) ? number : 0;
                    var first = ConfigFolder.LoadRight($$"""
                        mda = "archive"
                        data_dir = {{TomlText.String("d" + text.Replace("\0", "", StringComparison.Ordinal))}}
                        [delivery]
                        memory_per_mail = {{size}}
                        over_quota = "{{(flag ? "permanent" : "temporary")}}"
                        [mda.archive]
                        module = "sample"
                        path = {{TomlText.String(text)}}
                        quota = {{(flag ? size.ToString(CultureInfo.InvariantCulture) : "\"\"")}}
                        wait = "{{Duration.Format(new TimeSpan(ticks))}}"
                        folders = {{TomlText.Value(items)}}
                        ratio = {{TomlText.Number(ratio)}}
                        level = {{level}}
                        spare.count = 2
                        [userdb.other]
                        [domain.{{TomlText.String("a" + level + ".org")}}]
                        path = {{TomlText.String(text)}}
                        """);
                    using var folder = new ConfigFolder();
                    folder.Write(Show(first));
                    var second = folder.Load();
                    AssertSame(first, second);
                    folder.Write(Show(second));
                    AssertSame(second, folder.Load());
                },
                iter: Long.Times(150));

    private static void AssertSame(HostConfiguration first, HostConfiguration second)
    {
        Assert.Empty(second.Mistakes);
        Assert.Equivalent(first.Options, second.Options, strict: true);
        Assert.Equal(first.ModulesDirectoryIsDefault, second.ModulesDirectoryIsDefault);
        Assert.Equal(first.Modules.Concat(first.UnusedModules).Select(Name), second.Modules.Concat(second.UnusedModules).Select(Name));
        foreach (var (one, other) in first.Modules.Zip(second.Modules))
        {
            if (one.Kind == ModuleKind.Mda)
                Assert.Equivalent(Bind(one), Bind(other), strict: true);
        }

        Assert.Equal(first.Domains.Keys, second.Domains.Keys);
        foreach (var (domain, table) in first.Domains)
            Assert.Equal(table.Entries.Select(Value), second.Domains[domain].Entries.Select(Value));

        static string Name(ModuleSection section) => $"{section.Title} {section.Module}";

        static (string, string) Value(ConfigEntry entry) => (entry.Key, TomlText.Value(entry.Value));

        static object Bind(ModuleSection section)
        {
            var mistakes = new List<Mistake>();
            var options = OptionsBinder.Bind(typeof(SampleOptions), section.OptionsTable, mistakes);
            Assert.Empty(mistakes);
            return options;
        }
    }

    private static string Show(HostConfiguration configuration) => Show(configuration, typeof(SampleOptions));

    private static string Show(HostConfiguration configuration, Type? type)
    {
        var writer = new StringWriter { NewLine = "\n" };
        ConfigurationWriter.Write(
            configuration, [.. configuration.Modules.Concat(configuration.UnusedModules).Select(section => (section, section.Kind == ModuleKind.Mda ? type : null))], writer);
        return writer.ToString();
    }

    private sealed class WithSecrets
    {
        public string Password { get; set; } = "";

        public string Connection { get; set; } = "";

        public string Url { get; set; } = "";

        public string ApiToken { get; set; } = "";

        public string Other { get; set; } = "";
    }
}
