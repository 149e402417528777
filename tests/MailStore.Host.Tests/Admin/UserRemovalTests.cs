using MailStore.Host.Admin;
using MailStore.Host.Configuration;
using MailStore.Host.Tests.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Admin;

public sealed class UserRemovalTests : IDisposable
{
    private const string Alice = PostOffice.Alice;

    private readonly PostOffice _office = new();

    public void Dispose() => _office.Dispose();

    private FakeMailbox Mailbox => _office.First.MailboxOf(Alice);

    [Fact]
    public async Task Who_never_had_mail_is_removed_without_a_word()
    {
        _office.Users.Put(Alice);
        Assert.Contains("no mail was ever stored", await RemoveAsync(MailRemoval.Unsaid), StringComparison.Ordinal);
        Assert.Null(_office.Users.Peek(Alice));
        Assert.Equal("550 5.1.1", await _office.AskAsync(Alice));
    }

    [Fact]
    public async Task Who_has_mail_is_not_removed_before_it_is_said_what_becomes_of_it()
    {
        await WithMailAsync();
        var before = _office.Users.Peek(Alice);
        var refused = await RefusedAsync(ExitCode.DataError, MailRemoval.Unsaid);
        Assert.Contains("--purge", refused, StringComparison.Ordinal);
        Assert.Contains("--keep-mail", refused, StringComparison.Ordinal);
        Assert.Contains($"/home/{Alice}", refused, StringComparison.Ordinal);
        Assert.Equal(before, _office.Users.Peek(Alice));
        Assert.Equal(0, Mailbox.Removals);
    }

    [Fact]
    public async Task Whose_mailbox_cannot_be_looked_into_may_have_mail()
    {
        Put(Alice);
        _office.First.Parsing = static _ => new ParseResult.Ready(new Removable());
        await RefusedAsync(ExitCode.DataError, MailRemoval.Unsaid);
    }

    [Fact]
    public async Task Whose_mailbox_is_empty_is_removed_and_what_was_allocated_is_released()
    {
        Put(Alice);
        await RemoveAsync(MailRemoval.Unsaid);
        Assert.Null(_office.Users.Peek(Alice));
        Assert.Equal("1", Assert.Single(_office.First.Released).Id);
    }

    [Fact]
    public async Task What_cannot_be_released_is_told_and_the_user_is_gone_all_the_same()
    {
        Put(Alice);
        _office.First.Releasing = static () => throw new TemporaryFailureException("the disk is away");
        var told = await RemoveAsync(MailRemoval.Unsaid);
        Assert.Contains($"/home/{Alice}", told, StringComparison.Ordinal);
        Assert.Contains("the disk is away", told, StringComparison.Ordinal);
        Assert.Null(_office.Users.Peek(Alice));
    }

    /// <summary>It was acknowledged, and nobody said --purge.</summary>
    [Fact]
    public async Task A_mail_that_comes_after_the_look_into_an_empty_mailbox_is_not_removed()
    {
        Put(Alice);
        _office.Users.Before = async (call, _) =>
        {
            if (call is "Replace" or "Remove")
                Assert.Equal(["250 2.0.0"], await _office.SendAsync(Alice));
        };
        await RemoveAsync(MailRemoval.Unsaid);
        Assert.Single(Mailbox.Mails);
        Assert.Equal(0, Mailbox.Removals);
    }

    [Fact]
    public async Task With_keep_the_mail_stays_and_its_place_is_told()
    {
        await WithMailAsync();
        Assert.Contains($"/home/{Alice}", await RemoveAsync(MailRemoval.Keep), StringComparison.Ordinal);
        Assert.Null(_office.Users.Peek(Alice));
        Assert.Equal(0, Mailbox.Removals);
        Assert.Single(Mailbox.Mails);
    }

    [Fact]
    public async Task With_keep_also_a_user_with_a_broken_record_can_be_removed()
    {
        _office.Users.Put(Alice, new Allocation { Id = "1", Mda = "gone", Form = 1 });
        Assert.Contains("--keep-mail", await RefusedAsync(ExitCode.DataError, MailRemoval.Purge), StringComparison.Ordinal);
        await RemoveAsync(MailRemoval.Keep);
        Assert.Null(_office.Users.Peek(Alice));
    }

    [Fact]
    public async Task An_MDA_that_cannot_remove_mail_says_so()
    {
        Put(Alice);
        _office.First.Parsing = static _ => new ParseResult.Ready(new Plain());
        Assert.Contains("--keep-mail", await RefusedAsync(ExitCode.Unavailable, MailRemoval.Purge), StringComparison.Ordinal);
        Assert.NotNull(_office.Users.Peek(Alice));
    }

    [Fact]
    public async Task A_purge_disables_the_user_before_his_mail_goes_and_the_mail_goes_before_his_record()
    {
        await WithMailAsync();
        string? seen = null;
        Mailbox.Removing = async () => seen = await _office.AskAsync(Alice);
        await RemoveAsync(MailRemoval.Purge);
        Assert.Equal("550 5.2.1", seen);
        Assert.Empty(Mailbox.Mails);
        Assert.Null(_office.Users.Peek(Alice));
    }

    [Fact]
    public async Task A_purge_that_fails_half_way_leaves_a_disabled_user_who_can_be_purged_again()
    {
        await WithMailAsync();
        Mailbox.Removing = static () => throw new TemporaryFailureException("the disk is away");
        await Assert.ThrowsAsync<TemporaryFailureException>(() => RemoveAsync(MailRemoval.Purge));
        Assert.Equal("false", _office.Users.Peek(Alice)!.Settings[HostKeys.Enabled]);
        Assert.Equal("550 5.2.1", await _office.AskAsync(Alice));
        Assert.Single(Mailbox.Mails);

        Mailbox.Removing = null;
        await RemoveAsync(MailRemoval.Purge);
        Assert.Empty(Mailbox.Mails);
        Assert.Null(_office.Users.Peek(Alice));
    }

    [Fact]
    public async Task A_purge_whose_last_step_fails_can_be_made_again()
    {
        await WithMailAsync();
        _office.Users.Before = static (call, _) => call == "Remove" ? throw new TemporaryFailureException("out of reach") : default;
        await Assert.ThrowsAsync<TemporaryFailureException>(() => RemoveAsync(MailRemoval.Purge));
        _office.Users.Before = null;
        await RemoveAsync(MailRemoval.Purge);
        Assert.Null(_office.Users.Peek(Alice));
    }

    [Theory]
    [InlineData("Replace")]
    [InlineData("Remove")]
    public async Task A_record_that_changes_meanwhile_is_looked_at_again(string contended)
    {
        await WithMailAsync();
        var others = 2;
        _office.Users.Before = (call, _) =>
        {
            if (call == contended && others-- > 0)
                _office.Users.Put(Alice, _office.Users.Peek(Alice)!.Allocation, ("level", "3"));
            return default;
        };
        await RemoveAsync(MailRemoval.Purge);
        Assert.Null(_office.Users.Peek(Alice));
        Assert.Empty(Mailbox.Mails);
    }

    [Fact]
    public async Task A_user_who_gets_his_first_mail_while_he_is_removed_is_not_removed_unsaid()
    {
        _office.Users.Put(Alice);
        var first = true;
        _office.Users.Before = async (call, _) =>
        {
            if (call != "Remove" || !first)
                return;
            first = false;
            await _office.SendAsync(Alice);
        };
        await RefusedAsync(ExitCode.DataError, MailRemoval.Unsaid);
        Assert.Single(Mailbox.Mails);
        Assert.NotNull(_office.Users.Peek(Alice));
    }

    private void Put(string user) => _office.Users.Put(
        user, new Allocation { Id = "1", Mda = "first", Form = 1, Values = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("home", $"/home/{user}") });

    private async Task WithMailAsync()
    {
        _office.Users.Put(Alice);
        Assert.Equal(["250 2.0.0"], await _office.SendAsync(Alice));
    }

    private Task<string> RemoveAsync(MailRemoval mail) => _office.Administration.RemoveAsync(Alice, mail, default);

    private async Task<string> RefusedAsync(int exitCode, MailRemoval mail)
    {
        var refused = await Assert.ThrowsAsync<AdminException>(() => RemoveAsync(mail));
        Assert.Equal(exitCode, refused.ExitCode);
        return refused.Message;
    }

    private class Plain : IMailbox
    {
        public ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken) => new(DeliveryResult.Stored("1"));
    }

    private sealed class Removable : Plain, IMailboxRemoval
    {
        public ValueTask RemoveAllAsync(CancellationToken cancellationToken) => default;
    }
}
