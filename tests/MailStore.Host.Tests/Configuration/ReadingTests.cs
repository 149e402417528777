using System.Diagnostics;
using System.Globalization;
using System.Text;
using CsCheck;
using MailStore.Host.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Configuration;

public sealed class ReadingTests
{
    [Theory]
    [InlineData("[lmtp]\nhostname = \"a.org\"\nmax_message_size = \"2M\"")]
    [InlineData("lmtp.hostname = \"a.org\"\nlmtp.max_message_size = \"2M\"")]
    [InlineData("lmtp = { hostname = 'a.org', max_message_size = 2097152 }")]
    [InlineData("\"lmtp\".'hostname' = \"\"\"a.org\"\"\"\nlmtp.\"max_message_size\" = 2_097_152")]
    [InlineData("[ lmtp ]\r\nhostname = \"a.\\u006frg\"\r\nmax_message_size = 0x200000 # two megabytes")]
    public void Every_way_of_writing_a_table_means_the_same(string text)
    {
        var options = ConfigFolder.LoadRight(text).Options;
        Assert.Equal("a.org", options.Lmtp.Hostname);
        Assert.Equal(ByteSize.Parse("2M"), options.Lmtp.MaxMessageSize);
    }

    [Fact]
    public void The_example_of_the_design_is_right()
    {
        var configuration = ConfigFolder.LoadRight("""
            data_dir    = "mailstore-data"
            modules_dir = "modules.d"
            mda         = "maildir"
            creator     = "trial"
            userdb      = "litedb"

            [lmtp]
            listen              = ["127.0.0.1:2424"]
            max_message_size    = "50M"
            recipient_delimiter = "+"

            [mda.maildir]
            path = "mail/{domain}/{local}"

            [domain."example.org"]
            quota = "1G"
            """);
        Assert.Equal("mail/{domain}/{local}", configuration.Modules[0].Table!.Find("path")!.Value);
        Assert.Equal("1G", configuration.Domains["example.org"].Find("quota")!.Value);
    }

    [Fact]
    public void Instances_have_their_own_tables_and_say_their_module()
    {
        var configuration = ConfigFolder.LoadRight("""
            mda = "archive"
            userdb = "postgres"
            [mda.archive]
            module = "maildir"
            path = "a"
            [mda.s3]
            [userdb.postgres]
            [userdb.litedb]
            """);

        Assert.Equal(
            ["[mda.archive] maildir (4,1)", "[mda.s3] s3 (6,1)", "[creator.trial] trial ", "[userdb.postgres] postgres (7,1)"],
            configuration.Modules.Select(Describe));
        Assert.Equal(["[userdb.litedb] litedb (8,1)"], configuration.UnusedModules.Select(Describe));
        Assert.Equal(["path"], configuration.Modules[0].Table!.Entries.Select(entry => entry.Key));

        static string Describe(ModuleSection section) =>
            $"{section.Title} {section.Module} {(section.NamedAt is { } at ? $"({at.Line},{at.Column})" : "")}";
    }

    [Fact]
    public void A_module_may_be_named_by_the_top_level_without_a_table()
    {
        var section = ConfigFolder.LoadRight("mda = \"mbox\"").Modules[0];
        Assert.Equal((ModuleKind.Mda, "mbox", "mbox", null), (section.Kind, section.Instance, section.Module, section.Table));
        Assert.Equal("mailstore.toml(1,1): gone", section.Mistake("gone").ToString());
        Assert.Equal("[mda.mbox]", section.OptionsTable.Title);
    }

    [Fact]
    public void Domains_are_taken_in_lower_case_and_their_letters_left_alone() =>
        Assert.Equal(["example.org", "bücher.example"], ConfigFolder.LoadRight("[domain.\"Example.ORG\"]\n[domain.\"BÜCHER.example\"]").Domains.Keys);

    [Fact]
    public void Unix_sockets_and_remote_addresses_where_they_are_allowed() =>
        ConfigFolder.LoadRight("[lmtp]\nallow_remote = true\nlisten = [\"unix:lmtp.sock\", \"0.0.0.0:24\", \"[::]:24\", \"mail.example.org:24\"]");

    [Fact]
    public void The_path_of_a_socket_must_fit() =>
        Assert.Contains("bytes; a Unix socket's may have 107", Assert.Single(ConfigFolder.MistakesOf($"[lmtp]\nlisten = [\"unix:{new string('x', 100)}\"]")), StringComparison.Ordinal);

    [Theory]
    [InlineData("a = ", "[")]
    [InlineData("a = ", "{a=")]
    [InlineData("a", ".a")]
    [InlineData("[a", ".a")]
    [InlineData("", "[")]
    public void Deep_nesting_is_a_mistake_and_no_overflow(string start, string level) =>
        Assert.NotEmpty(ConfigFolder.MistakesOf(start + new StringBuilder().Insert(0, level, 50_000)));

    [Fact]
    public void A_hundred_thousand_lines_are_read_quickly()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 33_000; i++)
            text.Append(CultureInfo.InvariantCulture, $"[domain.\"d{i}.example.org\"]\nquota = \"1G\"\n\n");
        text.Append("[mda.maildir]\npth = 5\n");
        var clock = Stopwatch.StartNew();

        var configuration = ConfigFolder.LoadRight(text.ToString());

        Assert.Equal(33_000, configuration.Domains.Count);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"took {clock.Elapsed}"); // about 1 s; a square law would take minutes
    }

    [Fact]
    public void A_hundred_thousand_mistakes_are_told_quickly()
    {
        var text = new StringBuilder("[lmtp]\n");
        for (var i = 0; i < 100_000; i++)
            text.Append(i % 2 == 0 ? $"listen{i} = []\n" : $"k{i} = 50M\n");
        var clock = Stopwatch.StartNew();

        Assert.Equal(100_000, ConfigFolder.MistakesOf(text.ToString()).Length);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"took {clock.Elapsed}");
    }

    [Fact]
    public void Garbage_is_told_and_never_thrown()
    {
        var piece = Gen.OneOf(
            Gen.OneOfConst(
                "[", "]", "[[", "]]", "{", "}", "=", ".", ",", "\"", "'", "\"\"\"", "'''", "\n", "\r\n", "\r", "#", " ", "\t", "\\", "\\u", "\\UD800", "\0", "0x", "1e9",
                "-", "+", "true", "inf", "nan", "1979-05-27", "mda", "domain", "lmtp", "listen", "module", "data_dir", "a", "\u00e9", "\U0001F600", "99999999999999999999"),
            Gen.String[0, 4],
            Gen.OneOfConst("[lmtp]\n", "[mda.maildir]\n", "[domain.\"a.org\"]\n", "listen = [\"127.0.0.1:24\"]\n", "mda = \"maildir\"\n", "lmtp = {", "x = 1\n", "[domain.a.b]\n"));
        using var folder = new ConfigFolder();
        var name = 0;
        piece.Array[0, 30].Sample(
            pieces =>
            {
                var file = $"{Interlocked.Increment(ref name)}.toml";
                folder.Write(string.Concat(pieces), file);
                var configuration = folder.Load(file);
                Assert.All(configuration.Mistakes, mistake => Assert.Equal(file, mistake.File));
                File.Delete(folder.At(file));
            },
            iter: Long.Times(3_000));
    }

    [Fact]
    public void Random_bytes_are_told_and_never_thrown()
    {
        using var folder = new ConfigFolder();
        var name = 0;
        Gen.Byte.Array[0, 200].Sample(
            bytes =>
            {
                var file = $"{Interlocked.Increment(ref name)}.toml";
                File.WriteAllBytes(folder.At(file), bytes);
                folder.Load(file);
                File.Delete(folder.At(file));
            },
            iter: Long.Times(2_000));
    }
}
