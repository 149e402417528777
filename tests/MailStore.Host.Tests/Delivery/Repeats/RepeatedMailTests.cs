using MailStore.Host.Delivery;
using MailStore.Host.Tests.Lmtp;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery.Repeats;

/// <summary>Which mails are one mail that was sent again.</summary>
public sealed class RepeatedMailTests : IDisposable
{
    private const string Alice = PostOffice.Alice;
    private const string Bob = PostOffice.Bob;
    private const string Text = "Subject: x\n\nhello\n";

    private readonly PostOffice _office = new();

    public RepeatedMailTests()
    {
        _office.Users.Put(Alice);
        _office.Users.Put(Bob);
    }

    public void Dispose() => _office.Dispose();

    [Theory]
    [InlineData("ABC", "")]
    [InlineData(null, "Received: by mx id ABC; now\n")]
    public async Task With_the_same_queue_id_recipient_and_content_it_is_stored_once(string? queueId, string header)
    {
        Assert.Equal(["250 2.0.0"], await SendAsync(queueId, header + Text, Alice));
        Assert.Equal(["250 2.0.0"], await SendAsync(queueId, header + Text, Alice));
        Assert.Single(_office.First.MailboxOf(Alice).Mails);
        Assert.Contains(_office.Log.Entries, entry => entry.Text.Contains("ABC", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_queue_id_two_mails_that_look_alike_are_two()
    {
        await SendAsync(null, Text, Alice);
        await SendAsync(null, Text, Alice);
        Assert.Equal(2, _office.First.MailboxOf(Alice).Mails.Count);
    }

    [Fact]
    public async Task With_another_queue_id_content_recipient_or_MTA_they_are_two()
    {
        await SendAsync("A", Text, Alice);
        await SendAsync("B", Text, Alice);
        await SendAsync("A", Text + "\n", Alice);
        await SendAsync("A", Text, "alice+lists@example.org");
        await SendAsync("A", Text, Alice, client: "mx2");
        Assert.Equal(5, _office.First.MailboxOf(Alice).Mails.Count);
        await SendAsync("A", Text, Bob);
        Assert.Single(_office.First.MailboxOf(Bob).Mails);
    }

    [Fact]
    public async Task What_was_refused_is_stored_by_the_repeat()
    {
        _office.First.MailboxOf(Alice).Delivering = (_, _) => new(DeliveryResult.TemporaryFailure("not now"));
        Assert.Equal(["451 4.3.0"], await SendAsync("A", Text, Alice));
        _office.First.MailboxOf(Alice).Delivering = (_, _) => throw new InvalidOperationException("broken");
        Assert.Equal(["451 4.3.0"], await SendAsync("A", Text, Alice));
        _office.First.MailboxOf(Alice).Delivering = null;
        await SendAsync("A", Text, Alice);
        Assert.Single(_office.First.MailboxOf(Alice).Mails);
    }

    [Fact]
    public async Task A_repeat_that_comes_while_the_first_is_under_way_waits_for_it()
    {
        var release = new TaskCompletionSource();
        var deliveries = 0;
        _office.First.MailboxOf(Alice).Delivering = async (_, _) =>
        {
            deliveries++;
            await release.Task;
            return DeliveryResult.Stored("1");
        };
        var first = SendAsync("A", Text, Alice);
        var second = SendAsync("A", Text, Alice);
        await Task.Delay(20);
        Assert.False(second.IsCompleted);
        release.SetResult();
        Assert.All((string[])[.. await first, .. await second], codes => Assert.Equal("250 2.0.0", codes));
        Assert.Equal(1, deliveries);
    }

    [Theory]
    [InlineData("stored")]
    [InlineData("refused")]
    [InlineData("thrown")]
    public async Task A_delivery_that_was_given_up_and_comes_back_counts_as_what_it_came_to(string late)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _office.First.MailboxOf(Alice).Delivering = async (_, _) =>
        {
            // past its commit point: it heeds no cancellation
            await release.Task;
            return late switch
            {
                "stored" => DeliveryResult.Stored("1"),
                "refused" => DeliveryResult.TemporaryFailure("not now"),
                _ => throw new InvalidOperationException("broken"),
            };
        };
        var first = SendAsync("A", Text, Alice);
        await _office.PassUntilAsync(first);
        Assert.Equal(["451 4.3.0"], await first);
        _office.First.MailboxOf(Alice).Delivering = null;

        // nobody knows yet what became of it: it is neither stored again nor promised
        var second = SendAsync("A", Text, Alice);
        await _office.PassUntilAsync(second);
        Assert.Equal(["451 4.3.0"], await second);
        Assert.Empty(_office.First.MailboxOf(Alice).Mails);

        var third = SendAsync("A", Text, Alice);
        await Task.Delay(20);
        Assert.False(third.IsCompleted);
        release.SetResult();
        Assert.Equal(["250 2.0.0"], await third.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal(late == "stored" ? 0 : 1, _office.First.MailboxOf(Alice).Mails.Count);
        if (late == "stored")
            await Eventually.IsTrueAsync(() => _office.Log.Entries.Any(entry => entry.Text.Contains("stored by first after all, as 1", StringComparison.Ordinal)), "told in the log");
    }

    [Fact]
    public async Task Who_was_removed_and_added_again_gets_it()
    {
        await SendAsync("A", Text, Alice);
        var mails = _office.First.MailboxOf(Alice).Mails;
        _office.Users.Put(Alice);
        await SendAsync("A", Text, Alice);
        Assert.Equal(2, mails.Count);
    }

    [Fact]
    public async Task A_spooled_mail_is_known_by_its_whole_content()
    {
        var large = Text + string.Concat(Enumerable.Repeat(new string('x', 99) + "\n", 30_000));
        await SendAsync("A", large, Alice);
        await SendAsync("A", large, Alice);
        Assert.Single(_office.First.MailboxOf(Alice).Mails);
        await SendAsync("A", large + "y\n", Alice);
        Assert.Equal(2, _office.First.MailboxOf(Alice).Mails.Count);
    }

    [Fact]
    public async Task It_can_be_switched_off()
    {
        using var office = new PostOffice(tables: "[delivery]\nrepeat_window = \"0s\"");
        office.Users.Put(Alice);
        await SendAsync(office, "A", Text, Alice, "mx");
        await SendAsync(office, "A", Text, Alice, "mx");
        Assert.Equal(2, office.First.MailboxOf(Alice).Mails.Count);
        Assert.False(File.Exists(Path.Combine(office.Configuration.DataDirectory, "repeats")));
    }

    private Task<string[]> SendAsync(string? queueId, string text, string address, string client = "mx") => SendAsync(_office, queueId, text, address, client);

    private static async Task<string[]> SendAsync(PostOffice office, string? queueId, string text, string address, string client)
    {
        using var content = office.Content(text);
        await content.FlushAsync(default);
        var recipients = await office.AcceptAllAsync(address);
        var envelope = new MailEnvelope { Sender = "", ClientName = client, ClientAddress = "127.0.0.1", Protocol = "LMTP", Forwarded = queueId is null ? null : new ForwardedClient { QueueId = queueId } };
        return [.. (await Task.WhenAll(office.Delivery.Start(envelope, recipients, content, default))).Select(PostOffice.Codes)];
    }
}
