using CsCheck;
using MailStore.Host.Commands;
using MailStore.Host.Delivery;
using MailStore.Host.Tests.Configuration;

namespace MailStore.Host.Tests.Commands;

/// <summary>A user on a line: of an import, of a list.</summary>
public sealed class UserLineTests
{
    private static readonly Gen<string> Traps =
        Gen.OneOf(
            Gen.OneOfConst("\"", "\\", " ", "\t", "#", "=", "+", "@", ",", "'", "\\\"", "\\\\", "\u00a0", "\u2028", "é", "\U0001F4EC"),
            Gen.Char['!', '~'].Select(c => c.ToString()))
        .Array[0, 10].Select(string.Concat);

    [Fact]
    public void What_a_list_writes_an_import_reads_back()
    {
        // no tab: no name has control characters, see UserAddress
        var name = Gen.Select(Traps.Select(text => text.Replace("\t", "", StringComparison.Ordinal)).Where(text => text.Length > 0), Gen.OneOfConst("", "@example.org", "@bücher.example"))
            .Select((local, domain) => local.Replace("@", domain.Length == 0 ? "" : "@", StringComparison.Ordinal) + domain)
            .Where(text => text.Length > 0 && text[0] != '@');
        var settings = Gen.Select(Gen.OneOfConst("path", "quota", "retry.count"), Traps).Array[0, 3]
            .Select(pairs => pairs.DistinctBy(pair => pair.Item1).Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2)).ToArray());
        Gen.Select(name, settings).Sample(
            (user, pairs) =>
            {
                var line = UserLine.Format(user, pairs);
                var read = UserLine.Parse(line, 7, out var mistake);
                Assert.Equal("", mistake);
                Assert.Equal(7, read!.Line);
                // as the administration normalises what it is given
                Assert.Equal(user, UserAddress.Parse(read.Name, "", caseSensitive: true, out _)!.Value.User);
                Assert.Equal(pairs, read.Settings);
            },
            iter: Long.Times(5_000));
    }

    [Theory]
    [InlineData("alice@example.org", "quota", "1G", "alice@example.org quota=1G")]
    [InlineData("alice@example.org", "path", "/srv/my mail", "alice@example.org path=\"/srv/my mail\"")]
    [InlineData("alice@example.org", "path", "C:\\mail", "alice@example.org path=C:\\mail")]
    [InlineData("alice@example.org", "path", "a \"b\" \\c", "alice@example.org path=\"a \\\"b\\\" \\\\c\"")]
    [InlineData("alice@example.org", "quota", "", "alice@example.org quota=")]
    [InlineData("john doe@example.org", "quota", "1G", "\"john doe\"@example.org quota=1G")]
    [InlineData("#1@example.org", "quota", "1G", "\"#1\"@example.org quota=1G")]
    public void Quotes_stand_only_where_they_must(string name, string key, string value, string line) =>
        Assert.Equal(line, UserLine.Format(name, [KeyValuePair.Create(key, value)]));

    [Theory]
    [InlineData("")]
    [InlineData("   \t")]
    [InlineData("# alice@example.org")]
    [InlineData("   # quota=1G")]
    public void Empty_lines_and_comments_say_nothing(string line)
    {
        Assert.Null(UserLine.Parse(line, 1, out var mistake));
        Assert.Equal("", mistake);
    }

    [Theory]
    [InlineData("alice@example.org", "alice@example.org", "")]
    [InlineData("  alice@example.org\t quota=1G   level=2 ", "alice@example.org", "quota=1G|level=2")]
    [InlineData("alice@example.org quota=1G # the boss", "alice@example.org", "quota=1G")]
    [InlineData("alice@example.org path=/a#b", "alice@example.org", "path=/a#b")]
    [InlineData("alice#1@example.org", "alice#1@example.org", "")]
    [InlineData("alice@example.org path=\"# no comment\"", "alice@example.org", "path=# no comment")]
    [InlineData("alice@example.org \"path=my mail\"", "alice@example.org", "path=my mail")]
    [InlineData("alice@example.org path=a=b", "alice@example.org", "path=a=b")]
    [InlineData("\"john doe\"@example.org quota=1G", "\"john doe\"@example.org", "quota=1G")]
    [InlineData("\"a\\\" b\"@example.org", "\"a\\\" b\"@example.org", "")]
    public void A_line_is_read_as_it_is_meant(string line, string name, string settings)
    {
        var change = UserLine.Parse(line, 3, out var mistake);
        Assert.Equal("", mistake);
        Assert.Equal((name, settings, 3), (change!.Name, string.Join('|', change.Settings.Select(setting => $"{setting.Key}={setting.Value}")), change.Line));
    }

    [Theory]
    [InlineData("alice@example.org quota", "'quota' is no setting; write it as key=value")]
    [InlineData("alice@example.org =1G", "'=1G' is no setting; write it as key=value")]
    [InlineData("alice@example.org quota=1 quota=2", "'quota' is set twice")]
    [InlineData("alice@example.org path=\"open", "a quote is not closed")]
    [InlineData("alice@example.org \"path=x\\\"", "a quote is not closed")]
    public void A_mistake_is_told(string line, string mistake)
    {
        Assert.Null(UserLine.Parse(line, 1, out var told));
        Assert.Equal(mistake, told);
    }

    [Fact]
    public void Whatever_stands_on_a_line_is_read_or_told_and_never_thrown() =>
        Traps.Array[0, 4].Sample(
            words =>
            {
                var change = UserLine.Parse(string.Join(' ', words), 1, out var mistake);
                Assert.False(change is not null && mistake.Length > 0);
                Assert.NotEqual("", change?.Name);
            },
            iter: Long.Times(5_000));
}
