using System.Buffers;
using System.Text;
using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery;

/// <summary>From the end of the data to the replies.</summary>
public sealed class DeliveringTests : IDisposable
{
    private const string Alice = PostOffice.Alice;
    private const string Bob = PostOffice.Bob;
    private const string Carol = PostOffice.Carol;

    private readonly PostOffice _office = new();

    public void Dispose() => _office.Dispose();

    [Fact]
    public async Task A_mail_comes_to_the_mailbox_with_its_headers_and_not_a_byte_else()
    {
        _office.Users.Put(Alice);
        using var content = _office.Content("Subject: x\n\n\0\xff\r.\nFrom me");
        var recipients = await _office.AcceptAllAsync("Alice+Lists@Example.org");
        var reply = await _office.Start(content, recipients)[0];

        var (mail, text) = Assert.Single(_office.First.MailboxOf(Alice).Mails);
        Assert.Equal(250, reply.Code);
        Assert.Contains(mail.DeliveryId, reply.Text, StringComparison.Ordinal);
        Assert.Equal(
            ("sender@example.com", "Alice+Lists@Example.org", Alice, "Lists", _office.Clock.GetUtcNow()),
            (mail.Sender, mail.OriginalRecipient, mail.User, mail.Detail, mail.Arrival));
        var header = Encoding.UTF8.GetString(mail.Header.Span);
        Assert.Equal(header + "Subject: x\n\n\0\xff\r.\nFrom me", text);
        Assert.Contains($"id {mail.DeliveryId}\n", header, StringComparison.Ordinal);
        Assert.StartsWith("Return-Path: <sender@example.com>\nDelivered-To: alice@example.org\nX-Original-To: Alice+Lists@Example.org\nReceived: ", header, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_recipients_of_a_mail_share_its_transaction_and_have_ids_of_their_own()
    {
        Put(Alice, Bob);
        await _office.SendAsync(Alice, Bob);
        await _office.SendAsync(Alice);
        var mails = new[] { Alice, Bob }.SelectMany(user => _office.First.MailboxOf(user).Mails).Select(mail => mail.Mail).ToList();
        Assert.Equal(3, mails.Select(mail => mail.DeliveryId).Distinct().Count());
        Assert.Equal(mails[0].TransactionId, mails[2].TransactionId);
        Assert.NotEqual(mails[0].TransactionId, mails[1].TransactionId);
    }

    [Fact]
    public async Task The_same_address_twice_is_two_deliveries()
    {
        Put(Alice);
        Assert.Equal(["250 2.0.0", "250 2.0.0"], await _office.SendAsync(Alice, Alice));
        Assert.Equal(2, _office.First.MailboxOf(Alice).Mails.Count);
    }

    [Fact]
    public async Task A_user_with_too_many_deliveries_under_way_is_told_so_and_holds_up_nobody_else()
    {
        using var office = new PostOffice(tables: "[delivery]\nmax_deliveries_per_user = 1");
        office.Users.Put(Alice);
        office.Users.Put(Bob);
        Assert.Equal(["250 2.0.0"], await office.SendAsync(Alice));
        var stuck = new TaskCompletionSource<DeliveryResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        office.First.MailboxOf(Alice).Delivering = (_, _) => new ValueTask<DeliveryResult>(stuck.Task);
        using var content = office.Content();
        var replies = office.Start(content, await office.AcceptAllAsync(Alice, Alice, Bob));
        Assert.Equal(250, (await replies[2].WaitAsync(TimeSpan.FromSeconds(60))).Code);
        await office.PassUntilAsync(replies[1]);
        Assert.Equal("451 4.3.2", PostOffice.Codes(await replies[1]));
        stuck.SetResult(DeliveryResult.Stored("x"));
        Assert.Equal(250, (await replies[0]).Code);
    }

    [Fact]
    public async Task The_fault_of_one_recipient_does_not_touch_the_others()
    {
        Put(Alice, Bob, Carol);
        _office.First.MailboxOf(Alice).Delivering = static (_, _) => throw new InvalidDataException("broken");
        _office.First.MailboxOf(Carol).Delivering = static (_, _) => default;
        Assert.Equal(["451 4.3.0", "250 2.0.0", "451 4.3.0"], await _office.SendAsync(Alice, Bob, Carol));
        Assert.Single(_office.First.MailboxOf(Bob).Mails);
    }

    [Fact]
    public async Task Each_reply_comes_as_soon_as_it_is_known()
    {
        Put(Alice, Bob);
        var held = new TaskCompletionSource<DeliveryResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _office.First.MailboxOf(Alice).Delivering = (_, _) => new(held.Task);
        using var content = _office.Content();
        var replies = _office.Start(content, await _office.AcceptAllAsync(Alice, Bob));
        Assert.Equal(250, (await replies[1].WaitAsync(TimeSpan.FromSeconds(60))).Code);
        Assert.False(replies[0].IsCompleted);
        held.SetResult(DeliveryResult.Stored("1"));
        Assert.Equal(250, (await replies[0]).Code);
    }

    [Theory]
    [InlineData("451 4.3.0")]
    [InlineData("452 4.3.1")]
    [InlineData("452 4.2.2")]
    [InlineData("552 5.3.4")]
    public async Task What_the_mailbox_says_is_the_reply(string code)
    {
        Put(Alice);
        _office.First.MailboxOf(Alice).Delivering = (_, _) => new(code switch
        {
            "452 4.3.1" => DeliveryResult.StorageFull("disk"),
            "452 4.2.2" => DeliveryResult.OverQuota("2 of 1"),
            "552 5.3.4" => DeliveryResult.TooLarge("2 of 1"),
            _ => DeliveryResult.TemporaryFailure("away"),
        });
        Assert.Equal([code], await _office.SendAsync(Alice));
    }

    [Fact]
    public async Task Over_quota_is_permanent_where_so_configured()
    {
        using var office = new PostOffice(tables: "[delivery]\nover_quota = \"permanent\"");
        office.Users.Put(Alice);
        office.First.MailboxOf(Alice).Delivering = static (_, _) => new(DeliveryResult.OverQuota(""));
        Assert.Equal(["552 5.2.2"], await office.SendAsync(Alice));
    }

    [Fact]
    public async Task A_delivery_that_does_not_come_back_is_451_and_the_memory_that_it_holds_is_not_used_again()
    {
        Put(Alice);
        Mail? held = null;
        _office.First.MailboxOf(Alice).Delivering = async (mail, _) =>
        {
            held = mail;
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return DeliveryResult.Stored("never");
        };
        var content = _office.Content("held by the module\n");
        var recipients = await _office.AcceptAllAsync(Alice);
        var reply = _office.Start(content, recipients)[0];
        await _office.PassUntilAsync(reply);
        Assert.Equal("451 4.3.0", PostOffice.Codes(await reply));

        Assert.True(held!.TryGetContent(out var sequence));
        content.Dispose();
        for (var i = 0; i < 64; i++)
            ArrayPool<byte>.Shared.Rent(8 * 1024).AsSpan().Fill((byte)'x');
        Assert.Equal("held by the module\n", Encoding.ASCII.GetString(sequence.ToArray()));
    }

    [Fact]
    public async Task A_delivery_that_is_cancelled_in_time_is_451()
    {
        Put(Alice);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _office.First.MailboxOf(Alice).Delivering = async (_, token) =>
        {
            entered.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return DeliveryResult.Stored("never");
        };
        using var cancel = new CancellationTokenSource();
        using var content = _office.Content();
        var replies = _office.Start(content, await _office.AcceptAllAsync(Alice), cancel.Token);
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await cancel.CancelAsync();
        Assert.Equal("451 4.3.0", PostOffice.Codes(await replies[0]));
    }

    [Fact]
    public async Task A_delivery_past_its_commit_point_is_stored_whoever_cancels()
    {
        Put(Alice);
        using var cancel = new CancellationTokenSource();
        _office.First.MailboxOf(Alice).Delivering = async (_, _) =>
        {
            await cancel.CancelAsync();
            return DeliveryResult.Stored("1");
        };
        using var content = _office.Content();
        var replies = _office.Start(content, await _office.AcceptAllAsync(Alice), cancel.Token);
        Assert.Equal("250 2.0.0", PostOffice.Codes(await replies[0]));
    }

    [Theory]
    [InlineData("removed", "550 5.1.1")]
    [InlineData("disabled", "550 5.2.1")]
    [InlineData("broken", "451 4.3.5")]
    [InlineData("database", "451 4.3.0")]
    public async Task What_changes_between_RCPT_and_the_end_of_the_data_counts(string change, string code)
    {
        Put(Alice, Bob);
        var recipients = await _office.AcceptAllAsync(Alice, Bob);
        // behind the host's back, which it sees when it asks again; see RecordMemoryTests for what it changes itself
        _office.Clock.Advance(RecordMemory.Longest);
        switch (change)
        {
            case "removed":
                _office.Users.Drop(Alice);
                break;
            case "disabled":
                _office.Users.Put(Alice, ("enabled", "false"));
                break;
            case "broken":
                _office.Users.Put(Alice, ("mda", "third"));
                break;
            default:
                _office.Users.Before = static (_, name) => name == Alice ? throw new TemporaryFailureException("out of reach") : default;
                break;
        }

        using var content = _office.Content();
        Assert.Equal([code, "250 2.0.0"], (await Task.WhenAll(_office.Start(content, recipients))).Select(PostOffice.Codes));
        Assert.Empty(_office.First.MailboxOf(Alice).Mails);
    }

    [Fact]
    public async Task Who_is_moved_between_RCPT_and_the_end_of_the_data_gets_the_mail_in_the_new_place()
    {
        Put(Alice);
        var recipients = await _office.AcceptAllAsync(Alice);
        _office.Users.Put(Alice, new Allocation { Id = "1", Mda = "second", Form = 1 });
        using var content = _office.Content();
        Assert.Equal(250, (await _office.Start(content, recipients)[0]).Code);
        Assert.Single(_office.Second.MailboxOf(Alice).Mails);
        Assert.Empty(_office.First.MailboxOf(Alice).Mails);
    }

    [Fact]
    public async Task The_log_names_what_was_stored_and_what_was_not()
    {
        Put(Alice, Bob);
        _office.First.MailboxOf(Bob).Delivering = static (_, _) => new(DeliveryResult.StorageFull("/srv is full"));
        await _office.SendAsync(Alice, Bob);
        Assert.Contains(_office.Log.Entries, entry => entry.Text.Contains($"{Alice} stored by first", StringComparison.Ordinal) && entry.Text.Contains("as file1", StringComparison.Ordinal));
        Assert.Contains(_office.Log.Entries, entry => entry.Text.Contains($"{Bob} not stored", StringComparison.Ordinal) && entry.Text.Contains("first", StringComparison.Ordinal) && entry.Text.Contains("/srv is full", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_log_names_the_recipient_as_the_MTA_and_as_the_sender_gave_it()
    {
        Put(Alice);
        using var content = _office.Content();
        var lists = await _office.AcceptAsync("Alice+Lists@example.org") with { OriginalByDsn = "rfc822;lists@example.com" };
        await Task.WhenAll(_office.Start(content, [lists, await _office.AcceptAsync(Alice)]));
        Assert.Contains(_office.Log.Entries, entry => entry.Text.Contains($"{Alice} stored by first", StringComparison.Ordinal) && entry.Text.Contains(", for <Alice+Lists@example.org>, at first rfc822;lists@example.com; look-up", StringComparison.Ordinal));
        Assert.Contains(_office.Log.Entries, entry => entry.Text.Contains($", for <{Alice}>; look-up", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Delivered-To: alice@example.org\n", false)]
    [InlineData("Received: x\nDELIVERED-TO:  Alice+Lists@Example.org.  \r\nSubject: x\n", false)]
    [InlineData("Delivered-To: bob@example.org\nDelivered-To: alice@example.org\n", false)]
    [InlineData("Return-Path: <x@example.net>\nDelivered-To: alice@example.org\nX-Original-To: a@example.org\nReceived: x\n", false)]
    [InlineData("Delivered-To: alice@example.org\nReceived: x\n\tby y\nDelivered-To: alice@example.org\n", false)]
    [InlineData("Return-Path: <x@example.net>\nDelivered-To: alice@example.org\nReceived: by opensmtpd\n", true)]
    [InlineData("Return-Path: <x@example.net>\nX-Original-To: alice@example.org\nDelivered-To: alice@example.org\nReceived: by postfix\n", true)]
    [InlineData("Delivered-To: carol@example.org\nX-Delivered-To: alice@example.org\n", true)]
    [InlineData("Delivered-To:\nSubject: Delivered-To: alice@example.org\n", true)]
    [InlineData("Subject: x\n\nDelivered-To: alice@example.org\n", true)]
    [InlineData("Subject: x\r\n\r\nDelivered-To: alice@example.org\r\n", true)]
    public async Task A_mail_that_was_delivered_to_this_user_before_is_a_loop(string header, bool isStored)
    {
        Put(Alice);
        using var content = _office.Content(header + "\nhello\n");
        var reply = await _office.Start(content, await _office.AcceptAllAsync("alice+again@example.org"))[0];
        Assert.Equal(isStored ? "250 2.0.0" : "554 5.4.6", PostOffice.Codes(reply));
        Assert.Equal(isStored ? 1 : 0, _office.First.MailboxOf(Alice).Mails.Count);
    }

    [Fact]
    public async Task A_loop_of_one_recipient_is_none_of_the_others()
    {
        Put(Alice, Bob);
        using var content = _office.Content("Delivered-To: alice@example.org\n\nhello\n");
        var replies = await Task.WhenAll(_office.Start(content, await _office.AcceptAllAsync(Alice, Bob)));
        Assert.Equal(["554 5.4.6", "250 2.0.0"], replies.Select(PostOffice.Codes));
    }

    [Fact]
    public async Task What_was_stored_and_comes_back_is_a_loop_also_where_it_is_too_large_for_memory()
    {
        using var office = new PostOffice(tables: "[delivery]\nmemory_per_mail = \"64K\"");
        office.Users.Put(Alice);
        using var content = office.Content($"Received: x\nDelivered-To: {Alice}\n\n{new string('x', 200_000)}\n");
        await content.FlushAsync(default);
        Assert.True(content.IsSpooled);
        Assert.Equal("554 5.4.6", PostOffice.Codes(await office.Start(content, [await office.AcceptAsync(Alice)])[0]));
    }

    [Fact]
    public async Task The_log_tells_where_the_time_of_a_delivery_went()
    {
        Put(Alice, Bob, Carol);
        _office.First.MailboxOf(Alice).Delivering = Taking(DeliveryResult.Stored("file1", null, TimeSpan.FromMilliseconds(40)));
        _office.First.MailboxOf(Bob).Delivering = Taking(DeliveryResult.OverQuota("1 of 1"));
        // it cannot have waited longer than it took
        _office.First.MailboxOf(Carol).Delivering = Taking(DeliveryResult.Stored("file3", null, TimeSpan.FromDays(1)));
        foreach (var user in new[] { Alice, Bob, Carol })
            await _office.SendAsync(user);

        Assert.Contains("look-up 0.0 ms, create 0.0 ms, write 60.0 ms, sync 40.0 ms", LineOf($"{Alice} stored by first"), StringComparison.Ordinal);
        Assert.Contains("look-up 0.0 ms, create 0.0 ms, write 100.0 ms, sync 0.0 ms", LineOf($"{Bob} not stored"), StringComparison.Ordinal);
        Assert.Contains("look-up 0.0 ms, create 0.0 ms, write 0.0 ms, sync 100.0 ms", LineOf($"{Carol} stored by first"), StringComparison.Ordinal);

        string LineOf(string what) => Assert.Single(_office.Log.Entries, entry => entry.Text.Contains(what, StringComparison.Ordinal)).Text;

        Func<Mail, CancellationToken, ValueTask<DeliveryResult>> Taking(DeliveryResult result) => (_, _) =>
        {
            _office.Clock.Advance(TimeSpan.FromMilliseconds(100));
            return new(result);
        };
    }

    private void Put(params string[] users) => Array.ForEach(users, user => _office.Users.Put(user));
}
