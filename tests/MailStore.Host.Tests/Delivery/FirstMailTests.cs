using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery;

/// <summary>The way by the creator.</summary>
public sealed class FirstMailTests : IDisposable
{
    private const string Alice = PostOffice.Alice;
    private const string Bob = PostOffice.Bob;

    private readonly PostOffice _office = new();

    public void Dispose() => _office.Dispose();

    [Fact]
    public async Task A_user_who_lacks_something_is_created_and_parsed_again()
    {
        var user = _office.Users.Put(Alice);
        Assert.Equal(["250 2.0.0"], await _office.SendAsync(Alice));
        Assert.Equal(user, Assert.Single(_office.Creator.Asked));
        var stored = _office.Users.Peek(Alice)!;
        Assert.Equal(Assert.Single(_office.First.Allocated).Id, stored.Allocation!.Id);
        Assert.Contains(_office.First.Parsed, parse => parse.Version == stored.Version);
        Assert.Single(_office.First.MailboxOf(Alice).Mails);
    }

    [Fact]
    public async Task While_users_are_moved_elsewhere_the_first_mail_waits_and_all_others_are_delivered()
    {
        using var office = new PostOffice(keys: "userdb_read_only = true\n");
        office.Users.Put(Alice);
        office.Users.Put(Bob, new Allocation { Id = "1", Mda = "first", Form = 1 });
        Assert.Equal(["451 4.3.0", "250 2.0.0"], await office.SendAsync(Alice, Bob));
        Assert.Empty(office.First.Allocated);
        Assert.Contains(office.Log.Entries, entry => entry.Text.Contains("userdb_read_only", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Later_mails_do_not_go_by_the_creator()
    {
        _office.Users.Put(Alice);
        await _office.SendAsync(Alice);
        await _office.SendAsync(Alice);
        Assert.Single(_office.Creator.Asked);
        Assert.Equal(2, _office.First.MailboxOf(Alice).Mails.Count);
    }

    [Fact]
    public async Task Each_version_of_a_record_is_parsed_once()
    {
        _office.Users.Put(Alice);
        for (var i = 0; i < 5; i++)
            await _office.SendAsync(Alice);
        _office.Users.Put(Alice, _office.Users.Peek(Alice)!.Allocation, ("level", "2"));
        _office.Clock.Advance(RecordMemory.Longest);
        for (var i = 0; i < 5; i++)
            await _office.SendAsync(Alice);
        Assert.Equal(3, _office.First.Parsed.Select(parse => parse.Version).Distinct().Count());
        // the creator's allocation asks for a record's options once more
        Assert.Equal(3, _office.First.Parsed.Count);
    }

    [Fact]
    public async Task A_creator_that_finds_the_user_gone_is_550()
    {
        _office.Users.Put(Alice);
        _office.Creator.Creating = static (_, _, _, _) => default;
        Assert.Equal(["550 5.1.1"], await _office.SendAsync(Alice));
    }

    [Fact]
    public async Task A_record_that_is_still_incomplete_after_the_creator_is_451_and_tried_again_with_the_next_mail()
    {
        _office.Users.Put(Alice);
        _office.First.Parsing = static _ => new ParseResult.Incomplete("home");
        Assert.Equal(["451 4.3.0"], await _office.SendAsync(Alice));
        Assert.Equal(["451 4.3.0"], await _office.SendAsync(Alice));
        Assert.Equal(2, _office.Creator.Asked.Count);
        Assert.Contains(_office.Log.Entries, entry => entry.Text.Contains("still incomplete after creator 'fake': missing home", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_record_that_its_MDA_rejects_once_it_is_allocated_is_a_fault_of_the_configuration()
    {
        _office.Users.Put(Alice);
        _office.First.Parsing = static user => user.Allocation is null ? null : new ParseResult.Invalid("strange home");
        Assert.Equal(["451 4.3.5"], await _office.SendAsync(Alice));
    }

    [Theory]
    [InlineData("temporary", "451 4.3.0")]
    [InlineData("full", "452 4.3.1")]
    [InlineData("broken", "451 4.3.0")]
    [InlineData("configuration", "451 4.3.5")]
    public async Task A_creation_that_fails_is_temporary_and_touches_no_other_recipient(string fault, string code)
    {
        _office.Users.Put(Alice);
        _office.Users.Put(Bob);
        _office.Creator.Creating = (user, allocator, users, token) => user.Name == Bob ? FakeCreator.CreateAsync(user, allocator, users, token) : throw (fault switch
        {
            "temporary" => new TemporaryFailureException("out of reach"),
            "full" => new TemporaryFailureException("no room") { StorageFull = true },
            "configuration" => new ModuleConfigurationException("badly set"),
            _ => (Exception)new InvalidDataException("broken"),
        });
        Assert.Equal([code, "250 2.0.0"], await _office.SendAsync(Alice, Bob));
    }

    [Fact]
    public async Task An_allocation_of_an_MDA_that_is_not_there_is_not_released_in_silence()
    {
        _office.Users.Put(Alice);
        _office.Creator.Creating = static async (user, allocator, _, token) =>
        {
            await allocator.ReleaseAsync(user, new Allocation { Id = "1", Mda = "gone", Form = 1 }, token);
            return user;
        };
        Assert.Equal(["451 4.3.5"], await _office.SendAsync(Alice));
        Assert.Contains(_office.Log.Entries, entry => entry.Text.Contains("[mda.gone]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_creator_allocates_by_the_MDA_that_is_responsible_and_releases_by_the_one_that_allocated()
    {
        _office.Users.Put(Alice, ("mda", "second"));
        _office.Creator.Creating = static async (user, allocator, users, token) =>
        {
            Assert.True(await allocator.NeedsAllocationAsync(user, token));
            await allocator.ReleaseAsync(user, await allocator.AllocateAsync(user, token), token);
            return await FakeCreator.CreateAsync(user, allocator, users, token);
        };
        Assert.Equal(["250 2.0.0"], await _office.SendAsync(Alice));
        Assert.Equal(2, _office.Second.Allocated.Count);
        Assert.Equal(_office.Second.Allocated.First().Id, Assert.Single(_office.Second.Released).Id);
        Assert.Empty(_office.First.Allocated);
    }

    [Fact]
    public async Task First_mails_of_one_user_at_once_all_arrive()
    {
        _office.Users.Put(Alice);
        var recipients = await _office.AcceptAllAsync([.. Enumerable.Repeat(Alice, 20)]);
        using var content = _office.Content();
        Assert.All(await Task.WhenAll(_office.Start(content, recipients)), reply => Assert.Equal(250, reply.Code));
        Assert.Equal(20, _office.First.MailboxOf(Alice).Mails.Count);
        Assert.Single(_office.Users.Written);
    }
}
