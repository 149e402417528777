using CsCheck;
using MailStore.Host.Configuration;

namespace MailStore.Host.Tests.Configuration;

public sealed class SuggestionTests
{
    private static readonly string[] Keys = ["path", "quota", "max_message_size", "mda", "listen"];

    [Theory]
    [InlineData("pth", "path")]
    [InlineData("paht", "path")]
    [InlineData("Path", "path")]
    [InlineData("quotas", "quota")]
    [InlineData("maxMessageSize", "max_message_size")]
    [InlineData("max-mesage-size", "max_message_size")]
    [InlineData("dma", "mda")]
    [InlineData("whatever", null)]
    [InlineData("xyz", null)]
    [InlineData("x", null)]
    [InlineData("", null)]
    public void The_nearest_word_is_found(string word, string? meant) => Assert.Equal(meant, Suggestion.For(word, Keys));

    [Fact]
    public void Of_two_equally_near_the_first_wins_and_a_nearer_one_wins_over_both()
    {
        Assert.Equal("aaab", Suggestion.For("aaaa", ["aaab", "aaac"]));
        Assert.Equal("aaaac", Suggestion.For("aaaacd", ["aaaab", "aaaac"]));
    }

    [Fact]
    public void Any_word_may_be_asked_about() => Gen.String.Sample(word => { Suggestion.For(word, Keys); });
}
