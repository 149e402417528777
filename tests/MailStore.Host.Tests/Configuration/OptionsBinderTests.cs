using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using MailStore.Host.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Configuration;

public sealed class OptionsBinderTests
{
    [Fact]
    public void Without_a_table_all_is_at_its_default()
    {
        var mistakes = new List<Mistake>();
        var options = (SampleOptions)OptionsBinder.Bind(typeof(SampleOptions), null, mistakes);
        Assert.Empty(mistakes);
        Assert.Equal("mail/{domain}/{local}", options.Path);
        Assert.Null(options.Quota);
        Assert.Equal(3, options.Retry.Count);
        Assert.Null(options.Spare);
    }

    [Fact]
    public void Every_type_is_read()
    {
        var options = Bind("""
            path = "p"
            quota = "1G"
            level = 7
            folders = []
            wait = "1h30m"
            flag = false
            large = -9
            small = 255
            ratio = 2
            price = 0.1
            buffer = 2048
            mode = "READ-write"
            other = "read_only"
            ports = [143, 993]
            delays = ["1s", "2s"]
            comment = "c"
            retry = { count = 9 }
            spare.pause = "5s"
            """);

        Assert.Equal(("p", ByteSize.Parse("1G"), 7), (options.Path, options.Quota, options.Level));
        Assert.Empty(options.Folders);
        Assert.Equal((TimeSpan.FromMinutes(90), false, -9L, (byte)255), (options.Wait, options.Flag, options.Large, options.Small));
        Assert.Equal((2.0, 0.1m, 2048L), (options.Ratio, options.Price, options.Buffer.Bytes));
        Assert.Equal((SampleMode.ReadWrite, SampleMode.ReadOnly), (options.Mode, options.Other));
        Assert.Equal([143, 993], options.Ports);
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)], options.Delays);
        Assert.Equal(("c", 9, TimeSpan.FromSeconds(1)), (options.Comment, options.Retry.Count, options.Retry.Pause));
        Assert.Equal((3, TimeSpan.FromSeconds(5)), (options.Spare!.Count, options.Spare.Pause));
    }

    [Fact]
    public void An_empty_text_is_none_for_an_option_that_may_be_absent_and_nowhere_else()
    {
        var options = Bind("quota = \"\"\ncomment = \"\"\npath = \"\"\nother = \"\"");
        Assert.Null(options.Quota);
        Assert.Null(options.Comment);
        Assert.Null(options.Other);
        Assert.Equal("", options.Path);
        Assert.Equal(["(2,1): 'wait' takes a duration such as \"10s\" or \"5m\", not \"\""], MistakesOf("wait = \"\""));
    }

    [Theory]
    [InlineData("pth = 1", "(2,1): unknown key 'pth' in [mda.maildir]; did you mean 'path'?")]
    [InlineData("computed = \"x\"", "(2,1): unknown key 'computed' in [mda.maildir]")]
    [InlineData("[mda.maildir.rety]", "(2,1): unknown table [mda.maildir.rety]; did you mean 'retry'?")]
    [InlineData("retry = 5", "(2,1): 'retry' in [mda.maildir] is a table: write [mda.maildir.retry], and its keys below")]
    [InlineData("retry.cont = 5", "(2,7): unknown key 'cont' in [mda.maildir.retry]; did you mean 'count'?")]
    [InlineData("retry.count = 11", "(2,7): 'count' must be from 0 to 10, not 11")]
    [InlineData("buffer = \"2G\"", "(2,1): 'buffer' must be from 1K to 1G, not 2G")]
    [InlineData("buffer = \"1\"", "(2,1): 'buffer' must be from 1K to 1G, not 1")]
    [InlineData("small = 256", "(2,1): 'small' takes a whole number from 0 to 255, not 256")]
    [InlineData("ratio = inf", "(2,1): 'ratio' takes a number, not Infinity")]
    [InlineData("ratio = \"1\"", "(2,1): 'ratio' takes a number, not \"1\"; leave the quotes away")]
    [InlineData("ports = [1, \"2\"]", "(2,1): 'ports' has a mistake in its item 2, which takes a whole number, not \"2\"; leave the quotes away")]
    [InlineData("ports = [[1]]", "(2,1): 'ports' has a mistake in its item 1, which takes a whole number, not [1]")]
    [InlineData("folders = [{ a = 1 }]", "(2,1): 'folders' has a mistake in its item 1, which takes text, not a table")]
    public void A_mistake_has_its_place_and_words(string options, string mistake) => Assert.Equal([mistake], MistakesOf(options));

    [Fact]
    public void What_is_required_and_missing_is_told_at_its_table()
    {
        var mistakes = new List<Mistake>();
        OptionsBinder.Bind(typeof(Demanding), ConfigFolder.Table("empty = \"\"\n"), mistakes);
        Assert.Equal(
            [
                "mailstore.toml(1,1): 'bucket' in [mda.maildir] is missing: where mail is kept",
                "mailstore.toml(2,1): 'empty' must not be empty",
                "mailstore.toml(1,1): 'port' in [mda.maildir] is missing",
            ],
            mistakes.Select(mistake => mistake.ToString()));
    }

    [Fact]
    public void What_is_required_is_told_with_its_table_even_where_the_file_has_none()
    {
        var mistakes = new List<Mistake>();
        OptionsBinder.Bind(typeof(Demanding), ConfigFolder.LoadRight("mda = \"s3\"").Modules[0].OptionsTable, mistakes);
        Assert.Contains("mailstore.toml(1,1): 'bucket' in [mda.s3] is missing: where mail is kept", mistakes.Select(mistake => mistake.ToString()));
    }

    [Theory]
    [InlineData("name = \"abcd\"", "'name' must have 2 to 3 characters, not \"abcd\"")]
    [InlineData("color = \"pink\"", "'color' must be one of: red, blue, not \"pink\"")]
    [InlineData("pattern = \"1\"", "'pattern' must be text that matches ^[a-z]+$, not \"1\"")]
    [InlineData("words = [\"ok\", \"NO\"]", "'words' must be text that matches ^[a-z]+$, not \"NO\"")]
    [InlineData("words = [\"a\", \"b\", \"c\"]", "'words' must have at most 2 items, not 3")]
    [InlineData("even = 3", "'even' does not allow 3: an even number please")]
    [InlineData("broken = 3", "'broken' could not be checked by its [BrokenAttribute]: boom")]
    [InlineData("refused = \"x\"", "'refused' is refused: x will not do")]
    [InlineData("above = 0.0", "'above' must be above 0 to 1, not 0")]
    public void Annotations_are_checked(string options, string mistake)
    {
        var mistakes = new List<Mistake>();
        OptionsBinder.Bind(typeof(Annotated), ConfigFolder.Table(options), mistakes);
        Assert.Equal([mistake], mistakes.Select(one => one.Message));
    }

    [Fact]
    public void A_class_that_no_configuration_can_fill_is_its_authors_mistake()
    {
        var mistakes = new List<Mistake>();
        OptionsBinder.Bind(typeof(Impossible), ConfigFolder.Table(""), mistakes);
        Assert.Equal(
            [
                "Impossible.Map is a Dictionary`2; options may be bool, numbers, string, enums, TimeSpan, ByteSize, lists and arrays of these, and nested classes; tell its author",
                "Impossible.Self is a Impossible; options may be bool, numbers, string, enums, TimeSpan, ByteSize, lists and arrays of these, and nested classes; tell its author",
                "Impossible.Enabled: 'enabled' is a key of the host in a user's record; tell its author",
            ],
            mistakes.Select(mistake => mistake.Message));
    }

    [Fact]
    public void A_class_that_cannot_be_made_is_told_in_words()
    {
        Assert.Contains("no public constructor", Assert.Throws<ModuleConfigurationException>(() => OptionsBinder.Bind(typeof(Closed), null, [])).Message, StringComparison.Ordinal);
        Assert.Contains("ouch", Assert.Throws<ModuleConfigurationException>(() => OptionsBinder.Bind(typeof(Throwing), null, [])).Message, StringComparison.Ordinal);
    }

    private static SampleOptions Bind(string options)
    {
        var mistakes = new List<Mistake>();
        var bound = (SampleOptions)OptionsBinder.Bind(typeof(SampleOptions), ConfigFolder.Table(options), mistakes);
        Assert.Empty(mistakes);
        return bound;
    }

    private static string[] MistakesOf(string options)
    {
        var mistakes = new List<Mistake>();
        OptionsBinder.Bind(typeof(SampleOptions), ConfigFolder.Table(options), mistakes);
        return [.. mistakes.Select(mistake => Regex.Replace(mistake.ToString(), "^mailstore.toml", ""))];
    }

    private sealed class Demanding
    {
        [Required]
        [System.ComponentModel.Description("where mail is kept")]
        public string Bucket { get; set; } = "";

        [Required]
        public string WithDefault { get; set; } = "x";

        [Required]
        public string Empty { get; set; } = "x";

        public required int Port { get; set; }

        [Required]
        [UserSetting]
        public string? OfEachUser { get; set; }
    }

    private sealed class Annotated
    {
        [StringLength(3, MinimumLength = 2)]
        public string Name { get; set; } = "";

        [AllowedValues("red", "blue")]
        public string Color { get; set; } = "";

        [RegularExpression("^[a-z]+$")]
        public string Pattern { get; set; } = "";

        [RegularExpression("^[a-z]+$")]
        [MaxLength(2)]
        public string[] Words { get; set; } = [];

        [Even(ErrorMessage = "an even number please")]
        public int Even { get; set; }

        [Broken]
        public int Broken { get; set; }

        [Range(0.0, 1.0, MinimumIsExclusive = true)]
        public double Above { get; set; }

        public string Refused
        {
            get => Name;
            set => throw new FormatException($"{value} will not do");
        }
    }

    private sealed class EvenAttribute : ValidationAttribute
    {
        public override bool IsValid(object? value) => value is int number && number % 2 == 0;
    }

    private sealed class BrokenAttribute : ValidationAttribute
    {
        public override bool IsValid(object? value) => throw new InvalidOperationException("boom");
    }

    private sealed class Impossible
    {
        public Dictionary<string, string> Map { get; set; } = [];

        public Impossible? Self { get; set; }

        [UserSetting]
        public bool Enabled { get; set; }
    }

    private sealed class Closed
    {
        private Closed()
        {
        }
    }

    private sealed class Throwing
    {
        public Throwing() => throw new InvalidOperationException("ouch");
    }
}
