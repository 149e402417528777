using System.ComponentModel.DataAnnotations;
using MailStore.Host.Configuration;

namespace MailStore.Host.Tests.Configuration;

public sealed class OptionsDescriptionTests
{
    [Fact]
    public void Every_option_is_described_as_an_administrator_would_say_it() => Assert.Equal(
        [
            "path | text | \"mail/{domain}/{local}\" | where mail goes |  | user",
            "quota | size (50M, 1G) |  |  |  | user",
            "level | whole number | 5 |  | from 1 to 100 | user",
            "folders | list of text | [\"Junk\", \"Sent\"] |  |  | user",
            "wait | duration (10s, 5m) | \"10s\" |  |  | user",
            "flag | true or false | true |  |  | ",
            "large | whole number | 9223372036854775807 |  |  | ",
            "small | whole number | 0 |  |  | ",
            "ratio | number | 0.5 |  |  | ",
            "price | number | 1.25 |  |  | ",
            "buffer | size (50M, 1G) | \"64K\" |  | from 1K to 1G | ",
            "mode | one of: read_only, read_write | \"read_only\" |  |  | ",
            "other | one of: read_only, read_write |  |  |  | ",
            "ports | list of whole numbers | [1, 2] |  |  | ",
            "delays | list of durations (10s, 5m) | [\"250ms\"] |  |  | ",
            "comment | text |  |  |  | ",
            "retry.count | whole number | 3 |  | from 0 to 10 | user",
            "retry.pause | duration (10s, 5m) | \"1s\" |  |  | ",
            "spare.count | whole number | 3 |  | from 0 to 10 | user",
            "spare.pause | duration (10s, 5m) | \"1s\" |  |  | ",
        ],
        OptionsDescription.For(typeof(SampleOptions)).Select(option =>
            $"{option.Key} | {option.TypeText} | {option.DefaultText} | {option.Description} | {option.RangeText} | {(option.IsUserSetting ? "user" : "")}"));

    [Fact]
    public void Required_is_what_has_no_default() => Assert.Equal(
        [("bucket", true, ""), ("region", false, "\"eu\""), ("port", true, "")],
        OptionsDescription.For(typeof(Demanding)).Select(option => (option.Key, option.Required, option.DefaultText)));

    [Fact]
    public void Exactly_what_is_described_is_accepted()
    {
        var described = OptionsDescription.For(typeof(SampleOptions)).Where(option => option.DefaultText.Length > 0);
        var mistakes = new List<Mistake>();
        OptionsBinder.Bind(typeof(SampleOptions), ConfigFolder.Table(string.Join('\n', described.Select(option => $"{option.Key} = {option.DefaultText}"))), mistakes);
        Assert.Empty(mistakes);
    }

    [Fact]
    public void Every_option_of_the_host_is_described() =>
        Assert.DoesNotContain(OptionsDescription.For(typeof(HostOptions)), option => option.Description.Length == 0);

    private sealed class Demanding
    {
        [Required]
        public string Bucket { get; set; } = "";

        [Required]
        public string Region { get; set; } = "eu";

        public required int Port { get; set; }
    }
}
