using MailStore.Host.Commands;

namespace MailStore.Host.Tests.Commands;

/// <summary>Records of another database, as an import reads them.</summary>
public sealed class RecordLinesTests
{
    private readonly RecordLines _lines = new();

    [Fact]
    public void A_record_comes_with_its_settings_its_allocation_and_what_was_counted()
    {
        var change = _lines.Parse(
            """{"name":"a@x.org","settings":{"quota":"1G"},"allocation":{"id":"7","mda":"maildir","form":1,"values":{"home":"/a"}},"version":9,"counters":{"version":30,"sequences":{"uid":4}}}""", 3, out var mistake);
        Assert.Equal("", mistake);
        Assert.Equal(("a@x.org", "1G", "7", "/a", 3), (change!.Name, change.Settings["quota"], change.Allocation!.Id, change.Allocation.Values["home"], change.Line));
        Assert.Equal((30, 4), (change.Counters!.Version, change.Counters.Sequences["uid"]));
        Assert.True(change.IsRecord);
        Assert.False(_lines.AreCountersMissing);
    }

    [Fact]
    public void Records_of_a_database_that_does_not_say_how_far_it_has_counted_are_noticed()
    {
        _lines.Parse("""{"name":"a@x.org","version":9}""", 1, out _);
        Assert.True(_lines.AreCountersMissing);
    }

    [Fact]
    public void Users_that_somebody_wrote_as_json_come_from_no_database()
    {
        Assert.NotNull(_lines.Parse("""{"name":"a@x.org"}""", 1, out _));
        Assert.False(_lines.AreCountersMissing);
    }

    [Theory]
    [InlineData("alice@example.org quota=1G")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"name":null}""")]
    [InlineData("""{"name":"a@x.org","counters":{"version":1,"sequences":null}}""")]
    [InlineData("""{"name":"a@x.org","counters":{"version":-1,"sequences":{}}}""")]
    [InlineData("""{"name":"a@x.org","counters":{"version":9223372036854775807,"sequences":{}}}""")]
    [InlineData("""{"name":"a@x.org","counters":{"version":1,"sequences":{"UID":1}}}""")]
    [InlineData("""{"name":"a@x.org","counters":{"version":1,"sequences":{"uid":-1}}}""")]
    [InlineData("""{"name":"a@x.org","counters":{"version":"many","sequences":{}}}""")]
    public void What_is_no_record_is_a_mistake(string line)
    {
        Assert.Null(_lines.Parse(line, 1, out var mistake));
        Assert.Contains("no user in JSON", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_line_says_nothing()
    {
        Assert.Null(_lines.Parse("  ", 1, out var mistake));
        Assert.Equal("", mistake);
    }
}
