using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery;

/// <summary>What RCPT comes to.</summary>
public sealed class ResolvingTests : IDisposable
{
    private const string Alice = PostOffice.Alice;
    private const string Bob = PostOffice.Bob;

    private readonly PostOffice _office = new(tables: """
        [domain."closed.org"]
        enabled = false
        [domain."strange.org"]
        level = 7
        [domain."caught.org"]
        catch_all = "Alice@Example.org"
        [domain."nowhere.org"]
        catch_all = "nobody@example.org"
        [domain."xn--bcher-kva.org"]
        catch_all = "alice@example.org"
        """);

    public void Dispose() => _office.Dispose();

    [Fact]
    public async Task An_address_in_any_spelling_finds_its_user_and_keeps_its_detail()
    {
        _office.Users.Put(Alice);
        var recipient = await _office.AcceptAsync("\"Alice+Lists\"@EXAMPLE.org.");
        Assert.Equal(("\"Alice+Lists\"@EXAMPLE.org.", "Lists", Alice), (recipient.Original, recipient.Detail, recipient.User.Name));
    }

    [Fact]
    public async Task Who_is_not_there_is_550_and_what_is_no_address_is_501()
    {
        Assert.Equal("550 5.1.1", await _office.AskAsync("nobody@example.org"));
        Assert.Equal("501 5.1.3", await _office.AskAsync("@example.org"));
    }

    [Fact]
    public async Task Mail_for_a_name_that_nobody_has_goes_to_the_catch_all_user_of_its_domain_and_into_no_folder_that_a_stranger_names()
    {
        _office.Users.Put(Alice);
        _office.Users.Put("bob@caught.org");
        var recipient = await _office.AcceptAsync("whoever+lists@Caught.org");
        Assert.Equal(("whoever+lists@Caught.org", null, Alice), (recipient.Original, recipient.Detail, recipient.User.Name));
        Assert.Equal("bob@caught.org", (await _office.AcceptAsync("Bob+x@caught.org")).User.Name);
    }

    [Fact]
    public async Task A_catch_all_user_who_is_an_alias_is_followed_and_a_disabled_one_gets_nothing()
    {
        _office.Users.Put(Alice, ("alias", Bob));
        _office.Users.Put(Bob);
        Assert.Equal(Bob, (await _office.AcceptAsync("whoever@caught.org")).User.Name);
        _office.Users.Put(Bob, ("enabled", "false"));
        _office.Clock.Advance(RecordMemory.Longest);
        Assert.Equal("550 5.2.1", await _office.AskAsync("whoever@caught.org"));
    }

    [Fact]
    public async Task A_catch_all_user_who_is_not_there_is_the_configurations_fault_and_bounces_nothing() =>
        Assert.Equal("451 4.3.5", await _office.AskAsync("whoever@nowhere.org"));

    [Theory]
    [InlineData("whoever@bücher.org")]
    [InlineData("whoever@BÜCHER.org.")]
    [InlineData("whoever@xn--bcher-kva.ORG")]
    public async Task A_domain_is_the_same_in_Unicode_and_in_ASCII(string address)
    {
        _office.Users.Put(Alice);
        Assert.Equal(Alice, (await _office.AcceptAsync(address)).User.Name);
    }

    [Fact]
    public async Task Nothing_is_created_at_RCPT()
    {
        _office.Users.Put(Alice);
        await _office.AcceptAsync(Alice);
        Assert.Empty(_office.Creator.Asked);
        Assert.Empty(_office.First.Allocated);
        Assert.Empty(_office.Users.Written);
    }

    [Theory]
    [InlineData("temporary", "451 4.3.0")]
    [InlineData("full", "452 4.3.1")]
    [InlineData("cancelled", "451 4.3.0")]
    [InlineData("broken", "451 4.3.0")]
    [InlineData("configuration", "451 4.3.5")]
    public async Task A_look_up_that_fails_is_temporary_and_never_550(string fault, string code)
    {
        _office.Users.Before = (_, _) => throw Fault(fault);
        Assert.Equal(code, await _office.AskAsync(Alice));
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_451()
    {
        _office.Users.Before = static async (_, _) => await Task.Delay(Timeout.Infinite);
        var asked = _office.AskAsync(Alice);
        await _office.PassUntilAsync(asked);
        Assert.Equal("451 4.3.0", await asked);
    }

    [Fact]
    public async Task An_MDA_that_breaks_on_a_record_is_451()
    {
        _office.Users.Put(Alice);
        _office.First.Parsing = static _ => throw new InvalidDataException("bad");
        Assert.Equal("451 4.3.0", await _office.AskAsync(Alice));
    }

    [Fact]
    public async Task A_record_that_its_MDA_rejects_is_451_with_the_reason_in_the_log_and_not_in_the_reply()
    {
        _office.Users.Put(Alice);
        _office.First.Parsing = static _ => new ParseResult.Invalid("no such disk");
        var reply = (await _office.Delivery.ResolveAsync(Alice, default)).Reply;
        Assert.Equal("451 4.3.5", PostOffice.Codes(reply));
        Assert.DoesNotContain("no such disk", reply.Text, StringComparison.Ordinal);
        Assert.Contains(_office.Log.Errors, line => line.Contains(Alice, StringComparison.Ordinal) && line.Contains("no such disk", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("mda", "third")]
    [InlineData("level", "much")]
    [InlineData("unknown", "1")]
    [InlineData("secret", "true")]
    public async Task A_record_with_a_setting_that_cannot_be_is_451_and_the_log_names_it(string key, string value)
    {
        _office.Users.Put(Alice, (key, value));
        Assert.Equal("451 4.3.5", await _office.AskAsync(Alice));
        Assert.Contains(_office.Log.Errors, line => line.Contains(Alice, StringComparison.Ordinal) && line.Contains(key, StringComparison.Ordinal));
        Assert.Empty(_office.First.Parsed);
    }

    [Fact]
    public async Task A_record_that_names_an_unknown_MDA_says_which_there_are()
    {
        _office.Users.Put(Alice, ("mda", "third"));
        await _office.AskAsync(Alice);
        Assert.Contains(_office.Log.Errors, line => line.Contains("mda 'third' is not configured", StringComparison.Ordinal) && line.Contains("first, second", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_allocation_of_an_MDA_that_is_gone_is_451()
    {
        _office.Users.Put(Alice, new Allocation { Id = "1", Mda = "gone", Form = 1 });
        Assert.Equal("451 4.3.5", await _office.AskAsync(Alice));
    }

    [Theory]
    [InlineData("false", "550 5.2.1")]
    [InlineData("False", "550 5.2.1")]
    [InlineData(" false ", "550 5.2.1")]
    [InlineData("true", "250 2.1.5")]
    public async Task A_disabled_user_is_refused(string enabled, string code)
    {
        _office.Users.Put(Alice, ("enabled", enabled));
        Assert.Equal(code, await _office.AskAsync(Alice));
    }

    [Fact]
    public async Task A_disabled_domain_refuses_all_but_those_whose_record_says_otherwise()
    {
        _office.Users.Put("a@closed.org");
        _office.Users.Put("b@closed.org", ("enabled", "true"));
        Assert.Equal("550 5.2.1", await _office.AskAsync("a@closed.org"));
        Assert.Equal("250 2.1.5", await _office.AskAsync("b@closed.org"));
    }

    [Fact]
    public async Task Who_is_disabled_with_a_broken_record_is_disabled()
    {
        _office.Users.Put(Alice, ("enabled", "false"), ("mda", "third"));
        Assert.Equal("550 5.2.1", await _office.AskAsync(Alice));
    }

    [Fact]
    public async Task An_alias_leads_to_the_user_who_gets_its_mail()
    {
        _office.Users.Put(Alice);
        _office.Users.Put("info@example.org", ("alias", "chief@example.org"));
        _office.Users.Put("chief@example.org", ("alias", Alice));
        var recipient = await _office.AcceptAsync("info+sales@example.org");
        Assert.Equal((Alice, "info+sales@example.org", "sales"), (recipient.User.Name, recipient.Original, recipient.Detail));
    }

    [Fact]
    public async Task An_alias_is_normalised_as_every_other_name()
    {
        _office.Users.Put(Alice);
        _office.Users.Put(Bob, ("alias", "Alice@Example.ORG"));
        Assert.Equal(Alice, (await _office.AcceptAsync(Bob)).User.Name);
    }

    [Theory]
    [InlineData(8, "250 2.1.5")]
    [InlineData(9, "451 4.3.5")]
    public async Task Aliases_are_followed_for_eight_hops(int hops, string code)
    {
        for (var i = 0; i < hops; i++)
            _office.Users.Put($"a{i}@example.org", ("alias", $"a{i + 1}@example.org"));
        _office.Users.Put($"a{hops}@example.org");
        Assert.Equal(code, await _office.AskAsync("a0@example.org"));
    }

    [Theory]
    [InlineData(Alice, Alice)]
    [InlineData(Alice, Bob)]
    public async Task A_circle_of_aliases_is_a_fault_of_the_configuration(string first, string second)
    {
        _office.Users.Put(first, ("alias", second));
        _office.Users.Put(second, ("alias", first));
        Assert.Equal("451 4.3.5", await _office.AskAsync(Alice));
        Assert.Contains(_office.Log.Entries, entry => entry.Text.Contains("circle", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_alias_to_nobody_is_the_configurations_fault_and_bounces_nothing() =>
        Assert.Equal("451 4.3.5", await WithAliasAsync(("alias", "nobody@example.org")));

    [Fact]
    public async Task A_disabled_alias_leads_nowhere()
    {
        _office.Users.Put(Alice);
        Assert.Equal("550 5.2.1", await WithAliasAsync(("alias", Alice), ("enabled", "false")));
    }

    [Fact]
    public async Task An_alias_to_a_disabled_user_is_refused()
    {
        _office.Users.Put(Alice, ("enabled", "false"));
        Assert.Equal("550 5.2.1", await WithAliasAsync(("alias", Alice)));
    }

    private Task<string> WithAliasAsync(params (string, string)[] settings)
    {
        _office.Users.Put(Bob, settings);
        return _office.AskAsync(Bob);
    }

    private static Exception Fault(string fault) => fault switch
    {
        "temporary" => new TemporaryFailureException("out of reach"),
        "full" => new TemporaryFailureException("full") { StorageFull = true },
        "cancelled" => new OperationCanceledException(),
        "configuration" => new ModuleConfigurationException("badly set"),
        _ => new InvalidDataException("broken"),
    };
}
