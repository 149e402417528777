using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery;

/// <summary>Which MDA gets a mail, and with which settings.</summary>
public sealed class ResponsibleMdaTests : IDisposable
{
    private const string Alice = PostOffice.Alice;

    private readonly PostOffice _office = new(
        first: "level = 2\npath = \"of the module\"\nquota = \"1G\"",
        tables: """
            [domain."example.org"]
            path = "of the domain"
            quota = "2G"
            [domain."second.org"]
            mda = "second"
            level = 5
            """);

    public void Dispose() => _office.Dispose();

    [Theory]
    [InlineData("a@other.org", null, null, "first")]
    [InlineData("a@second.org", null, null, "second")]
    [InlineData("a@second.org", "first", null, "first")]
    [InlineData("a@other.org", "second", null, "second")]
    [InlineData("a@second.org", "second", "first", "first")]
    [InlineData("a@other.org", "first", "second", "second")]
    public async Task An_allocation_beats_the_record_which_beats_the_domain_which_beats_the_default(string user, string? record, string? allocation, string expected)
    {
        _office.Users.Put(
            user,
            allocation is null ? null : new Allocation { Id = "1", Mda = allocation, Form = 1 },
            record is null ? [] : [("mda", record)]);
        Assert.Equal(["250 2.0.0"], await _office.SendAsync(user));
        Assert.Equal((expected == "first", expected == "second"), (!_office.First.Parsed.IsEmpty, !_office.Second.Parsed.IsEmpty));
        Assert.Single((expected == "first" ? _office.First : _office.Second).MailboxOf(user).Mails);
        Assert.Equal(expected, _office.Users.Peek(user)!.Allocation!.Mda);
    }

    [Fact]
    public async Task The_record_wins_over_the_domain_which_wins_over_the_module_which_wins_over_the_default()
    {
        _office.Users.Put(Alice, ("quota", "3G"));
        await _office.SendAsync(Alice);
        Assert.NotEmpty(_office.First.Parsed);
        Assert.All(_office.First.Parsed, parse => Assert.Equal(
            ("of the domain", ByteSize.Parse("3G"), 2, 3), (parse.Options.Path, parse.Options.Quota, parse.Options.Level, parse.Options.Retry.Count)));
        Assert.Equal("of the domain", _office.First.Allocated.Single().Values["path"]);
    }

    [Fact]
    public async Task The_settings_of_one_MDA_are_not_those_of_another()
    {
        _office.Users.Put("a@second.org");
        await _office.SendAsync("a@second.org");
        Assert.All(_office.Second.Parsed, parse => Assert.Equal(("default", 5), (parse.Options.Path, parse.Options.Level)));
    }

    [Fact]
    public async Task Only_the_raw_record_is_ever_written_back()
    {
        var user = _office.Users.Put(Alice, ("quota", "3G"));
        await _office.SendAsync(Alice);
        var written = Assert.Single(_office.Users.Written);
        Assert.Equal([KeyValuePair.Create("quota", "3G")], written.Settings);
        Assert.Equal(user.Settings, Assert.Single(_office.Creator.Asked).Settings);
    }
}
