using MailStore.Host.Configuration;

namespace MailStore.Host.Tests.Configuration;

/// <summary>What an administrator reads when something is wrong: to the word, and with its place.</summary>
public sealed class MistakesTests
{
    [Theory]
    [InlineData("mdaa = \"maildir\"", "(1,1): unknown key 'mdaa'; did you mean 'mda'?")]
    [InlineData("zzzzzzzz = 1", "(1,1): unknown key 'zzzzzzzz'")]
    [InlineData("[lmtp]\n  listn = []", "(2,3): unknown key 'listn' in [lmtp]; did you mean 'listen'?")]
    [InlineData("[lmtp]\nmaxMessageSize = \"1M\"", "(2,1): unknown key 'maxMessageSize' in [lmtp]; did you mean 'max_message_size'?")]
    [InlineData("lmtp.max-message-size = \"1M\"", "(1,6): unknown key 'max-message-size' in [lmtp]; did you mean 'max_message_size'?")]
    [InlineData("lmtp = { listn = [] }", "(1,10): unknown key 'listn' in [lmtp]; did you mean 'listen'?")]
    [InlineData("[lmtp]\ncreator = \"lock\"", "(2,1): unknown key 'creator' in [lmtp]; it belongs above the first [table] of the file")]
    [InlineData("[lmpt]", "(1,1): unknown table [lmpt]; did you mean [lmtp]?")]
    [InlineData("[domains.\"x.org\"]", "(1,1): unknown table [domains]; did you mean [domain]?")]
    [InlineData("[lmtp.tls]", "(1,1): unknown table [lmtp.tls]")]
    [InlineData("lmtp = 5", "(1,1): 'lmtp' is a table: write [lmtp], and its keys below")]
    [InlineData("[data_dir]\nx = 1", "(1,1): 'data_dir' takes text, not a table")]
    public void Unknown_keys_and_tables(string text, string mistake) => AssertOnly(text, mistake);

    [Theory]
    [InlineData("data_dir = 5", "(1,1): 'data_dir' takes text, not 5; write \"5\"")]
    [InlineData("mda = [\"maildir\"]", "(1,1): 'mda' takes text, not [\"maildir\"]")]
    [InlineData("[lmtp]\nallow_remote = \"true\"", "(2,1): 'allow_remote' takes true or false, not \"true\"; leave the quotes away")]
    [InlineData("[lmtp]\nlisten = \"127.0.0.1:24\"", "(2,1): 'listen' takes a list of text, not \"127.0.0.1:24\"; write [\"127.0.0.1:24\"]")]
    [InlineData("[lmtp]\nlisten = [\"127.0.0.1:24\", 7]", "(2,1): 'listen' has a mistake in its item 2, which takes text, not 7; write \"7\"")]
    [InlineData("[lmtp]\nmax_message_size = \"50X\"", "(2,1): 'max_message_size' takes a size such as \"50M\" or \"1G\", not \"50X\"")]
    [InlineData("[lmtp]\nmax_message_size = -1", "(2,1): 'max_message_size' takes a size such as \"50M\" or \"1G\", not -1")]
    [InlineData("[modules]\ncall_timeout = 60", "(2,1): 'call_timeout' takes a duration such as \"10s\" or \"5m\", not 60; write \"60s\" if seconds are meant")]
    [InlineData("[modules]\ncall_timeout = \"60\"", "(2,1): 'call_timeout' takes a duration such as \"10s\" or \"5m\", not \"60\"; write \"60s\" if seconds are meant")]
    [InlineData("[modules]\nhang_limit = 1.5", "(2,1): 'hang_limit' takes a whole number, not 1.5")]
    [InlineData("[modules]\nhang_limit = 3000000000", "(2,1): 'hang_limit' takes a whole number from -2147483648 to 2147483647, not 3000000000")]
    [InlineData("[delivery]\nover_quota = \"permanet\"", "(2,1): 'over_quota' takes one of: temporary, permanent, not \"permanet\"; did you mean \"permanent\"?")]
    [InlineData("data_dir = 1979-05-27", "(1,1): 'data_dir' is a date, which no option takes; put quotes around it if it is text")]
    public void Wrong_types(string text, string mistake) => AssertOnly(text, mistake);

    [Theory]
    [InlineData("[modules]\nhang_limit = 0", "(2,1): 'hang_limit' must be from 1 to 10000, not 0")]
    [InlineData("[modules]\ncall_timeout = \"10m\"", "(2,1): 'call_timeout' must be from 50ms to 9m, not 10m")]
    [InlineData("[modules]\ncall_timeout = \"1ms\"", "(2,1): 'call_timeout' must be from 50ms to 9m, not 1ms")]
    [InlineData("[lmtp]\nsocket_mode = \"999\"", "(2,1): 'socket_mode' does not allow \"999\": three octal digits, as 0660")]
    [InlineData("[lmtp]\nlisten = []", "(2,1): 'listen' must have at least 1 item, not 0")]
    [InlineData("[lmtp]\nmax_message_size = 0", "(2,1): 'max_message_size' must be more than 0")]
    [InlineData("[lmtp]\nhostname = \"a\\r\\nb\"", "(2,1): 'hostname' does not allow \"a\\r\\nb\": letters, digits, dots and hyphens")]
    [InlineData("data_dir = \"\"", "(1,1): 'data_dir' takes the path of a folder, not \"\"")]
    [InlineData("[lmtp]\nrecipient_delimiter = \"+-=_#\"", "(2,1): 'recipient_delimiter' takes 4 characters at most, each of which separates; not \"+-=_#\"")]
    [InlineData("[lmtp]\nrecipient_delimiter = \"+@\"", "(2,1): 'recipient_delimiter' takes punctuation that an address may have (!#$%&'*+-/=?^_`{|}~.), not \"@\"")]
    [InlineData("[lmtp]\nrecipient_delimiter = \"x\"", "(2,1): 'recipient_delimiter' takes punctuation that an address may have (!#$%&'*+-/=?^_`{|}~.), not \"x\"")]
    [InlineData("[lmtp]\nlisten = [\"nonsense\"]", "(2,1): 'listen': \"nonsense\" has no port; write \"host:port\", \"[::1]:port\" or \"unix:/path/to/socket\"")]
    [InlineData("[lmtp]\nlisten = [\"localhost:24\", \"localhost:24\"]", "(2,1): 'listen' has \"localhost:24\" twice")]
    [InlineData("[lmtp]\nlisten = [\"0.0.0.0:24\"]", "(2,1): 'listen': others than this machine reach \"0.0.0.0:24\", and LMTP asks nobody for a password: whoever connects could put mail "
        + "into every mailbox; use \"127.0.0.1:2424\" or a Unix socket, or set allow_remote = true behind a firewall")]
    public void Values_out_of_range(string text, string mistake) => AssertOnly(text, mistake);

    [Theory]
    [InlineData("data_dir = \"a\"\ndata_dir = \"b\"", "(2,1): duplicate key 'data_dir'; the first is at (1,1)")]
    [InlineData("\"data_dir\" = \"a\"\ndata_dir = \"b\"", "(2,1): duplicate key 'data_dir'; the first is at (1,1)")]
    [InlineData("[lmtp]\nhostname = \"a\"\n[modules]\n[lmtp]\n", "(4,1): duplicate table [lmtp]; the first is at (1,1)")]
    [InlineData("lmtp.hostname = \"a\"\n[lmtp]", "(2,1): duplicate table [lmtp]; the first is at (1,1)")]
    [InlineData("lmtp = { hostname = \"a\" }\nlmtp.listen = [\"[::1]:24\"]", "(2,1): [lmtp] is complete at (1,1); put the key there")]
    [InlineData("lmtp = { hostname = \"a\", hostname = \"b\" }", "(1,26): duplicate key 'hostname' in [lmtp]; the first is at (1,10)")]
    [InlineData("data_dir = \"a\"\ndata_dir.x = 1", "(2,1): 'data_dir' is a value already, at (1,1), and no table")]
    [InlineData("data_dir = \"a\"\n[data_dir.x]", "(2,1): 'data_dir' is a value already, at (1,1), and no table")]
    [InlineData("mda = \"maildir\"\nmda = \"maildir\"", "(2,1): duplicate key 'mda'; the first is at (1,1)")]
    [InlineData("[mda.maildir]\n[mda.maildir]", "(2,1): duplicate table [mda.maildir]; the first is at (1,1)")]
    [InlineData("[mda]\nmaildir.path = \"a\"\n[mda.maildir]", "(3,1): duplicate table [mda.maildir]; the first is at (2,1)")]
    [InlineData("[[mda]]", "(1,1): nothing here comes as a list of tables; write [mda]")]
    public void Duplicates(string text, string mistake) => AssertOnly(text, mistake);

    [Fact]
    public void What_a_duplicate_table_holds_is_checked_too() => Assert.Equal(
        [
            "mailstore.toml(3,1): duplicate table [lmtp]; the first is at (1,1)",
            "mailstore.toml(4,1): duplicate key 'hostname' in [lmtp]; the first is at (2,1)",
            "mailstore.toml(5,1): unknown key 'listn' in [lmtp]; did you mean 'listen'?",
        ],
        ConfigFolder.MistakesOf("[lmtp]\nhostname = \"a\"\n[lmtp]\nhostname = \"b\"\nlistn = []"));

    [Theory]
    [InlineData("[lmtp]\nmax_message_size = 50M", "(2,22): 50M is no value; text, sizes and durations stand in quotes: \"50M\"")]
    [InlineData("[modules]\ncall_timeout = 10s # short", "(2,18): 10s is no value; text, sizes and durations stand in quotes: \"10s\"")]
    [InlineData("mda = maildir", "(1,7): maildir is no value; text, sizes and durations stand in quotes: \"maildir\"")]
    [InlineData("data_dir = /var/mail", "(1,12): /var/mail is no value; text, sizes and durations stand in quotes: \"/var/mail\"")]
    [InlineData("mda = \nuserdb = \"litedb\"", "(1,7): the value is missing")]
    [InlineData("mda", "(1,4): a line is a [table], or key = value; the '=' is missing")]
    [InlineData("[lmtp\nlisten = [\"localhost:24\"]", "(1,6): the ']' of the table is missing")]
    [InlineData("mda = \"maildir", "(1,15): the text is not closed by a quote")]
    [InlineData("data_dir = \"a\\qb\"", "(1,15): unexpected escape character [q] in string. Only b t n f r e \\ \" xHH u0000-uFFFF U00000000-UFFFFFFFF are allowed")]
    public void Syntax(string text, string mistake) => Assert.Equal("mailstore.toml" + mistake, ConfigFolder.MistakesOf(text)[0]);

    [Fact]
    public void A_line_with_a_mistake_of_syntax_is_told_once() =>
        AssertOnly("[lmtp]\nlistn = 50M\nhostname = \"a\"", "(2,11): 50M is no value; text, sizes and durations stand in quotes: \"50M\"");

    [Theory]
    [InlineData("mda = \"Mail\"", "(1,1): \"Mail\" is not the name of an MDA: lower-case letters, digits and hyphens, 64 at most")]
    [InlineData("[mda.\"a b\"]", "(1,1): [mda.\"a b\"] does not name an MDA: lower-case letters, digits and hyphens, 64 at most")]
    [InlineData("[userdb.Lite]", "(1,1): [userdb.Lite] does not name a user database: lower-case letters, digits and hyphens, 64 at most")]
    [InlineData("[mda.archive]\nmodule = 5", "(2,1): 'module' takes the name of a module, not 5")]
    [InlineData("[mda.archive]\nmodule = \"../x\"", "(2,1): \"../x\" is not the name of a module: lower-case letters, digits and hyphens, 64 at most")]
    [InlineData("[mda]\npath = \"x\"", "(2,1): unknown key 'path' in [mda]; options of an MDA stand in a table with its name, as [mda.maildir]")]
    public void Names_of_modules(string text, string mistake) => AssertOnly(text, mistake);

    [Theory]
    [InlineData("[domain.example.org]\nquota = \"1G\"", "(1,1): a domain's name stands in quotes: [domain.\"example.org\"]")]
    [InlineData("[domain.\"a.org\"]\nx = 1\n[domain.\"A.org\"]", "(3,1): [domain.\"A.org\"] is the same domain as [domain.\"a.org\"] at (1,1); put the settings together")]
    [InlineData("[domain.\"a b\"]", "(1,1): \"a b\" is not the name of a domain, as \"example.org\"")]
    [InlineData("[domain]\nquota = \"1G\"", "(2,1): unknown key 'quota' in [domain]; settings of a domain stand in [domain.\"example.org\"]")]
    [InlineData("domain = \"a.org\"", "(1,1): 'domain' is a table: write [domain.\"example.org\"], and its settings below")]
    [InlineData("[domain.\"a.org\"]\nmda = \"maildr\"", "(2,1): 'mda' names 'maildr', but there is no [mda.maildr]; configured: maildir; did you mean 'maildir'?")]
    [InlineData("[domain.\"a.org\"]\nenabled = \"no\"", "(2,1): 'enabled' takes true or false, not \"no\"")]
    [InlineData("[domain.\"a.org\"]\ncatch_all = \"a b\"", "(2,1): 'catch_all' takes the name of one other user, as alice@example.org, not \"a b\"")]
    [InlineData("[domain.\"a.org\"]\ncatch_all = true", "(2,1): 'catch_all' takes the name of a user, as postmaster@example.org, not true")]
    [InlineData("[domain.\"bücher.org\"]\n[domain.\"xn--bcher-kva.org\"]", "(2,1): [domain.\"xn--bcher-kva.org\"] is the same domain as [domain.\"bücher.org\"] at (1,1); put the settings together")]
    [InlineData("[domain.\"a.org\"]\nalias = \"b@a.org\"", "(2,1): 'alias' belongs into the record of a user, not into [domain.\"a.org\"]")]
    public void Domains(string text, string mistake) => AssertOnly(text, mistake);

    [Fact]
    public void Five_mistakes_are_told_in_one_go_in_the_order_of_the_file() => Assert.Equal(
        [
            "mailstore.toml(1,1): unknown key 'data_dri'; did you mean 'data_dir'?",
            "mailstore.toml(2,11): trial is no value; text, sizes and durations stand in quotes: \"trial\"",
            "mailstore.toml(4,3): 'max_message_size' takes a size such as \"50M\" or \"1G\", not \"big\"",
            "mailstore.toml(7,1): duplicate key 'hang_limit' in [modules]; the first is at (6,1)",
            "mailstore.toml(8,1): unknown table [lmpt]; did you mean [lmtp]?",
        ],
        ConfigFolder.MistakesOf("""
            data_dri = "x"
            creator = trial
            [lmtp]
              max_message_size = "big"
            [modules]
            hang_limit = 5
            hang_limit = 6
            [lmpt]
            """));

    [Fact]
    public void Carriage_returns_and_a_byte_order_mark_move_no_place() =>
        AssertOnly("\uFEFFmda = \"maildir\"\r\n[lmtp]\r\n\tlistn = []\r\n", "(3,2): unknown key 'listn' in [lmtp]; did you mean 'listen'?");

    [Fact]
    public void A_file_that_is_not_UTF8_is_told_with_its_place()
    {
        using var folder = new ConfigFolder();
        File.WriteAllBytes(folder.At("mailstore.toml"), [.. "# \u00fc\n# b"u8, 0xE4, .. "r\n"u8]);
        Assert.Equal("mailstore.toml(2,4): the byte 0xE4 is not UTF-8; save the file in UTF-8", Assert.Single(folder.Load().Mistakes).ToString());
    }

    [Fact]
    public void Secrets_do_not_show_in_mistakes()
    {
        var mistakes = new List<Mistake>();
        OptionsBinder.Bind(typeof(WithSecret), ConfigFolder.Table("password = 1234567\ntoken = \"abc\""), mistakes);
        Assert.Equal(["'password' takes text", "'token' has a value that is not allowed"], mistakes.Select(mistake => mistake.Message));
    }

    [Fact]
    public void The_exception_tells_them_in_order()
    {
        var exception = new ConfigurationException([new Mistake("b", 1, 1, "x"), new Mistake("a", 2, 2, "z"), new Mistake("a", 2, 1, "y"), new Mistake("", 0, 0, "w")]);
        Assert.Equal(["w", "a(2,1): y", "a(2,2): z", "b(1,1): x"], exception.Message.Split(Environment.NewLine));
    }

    private static void AssertOnly(string text, string mistake) => Assert.Equal(["mailstore.toml" + mistake], ConfigFolder.MistakesOf(text));

    private sealed class WithSecret
    {
        public string Password { get; set; } = "";

        [System.ComponentModel.DataAnnotations.StringLength(2)]
        public string Token { get; set; } = "";
    }
}
