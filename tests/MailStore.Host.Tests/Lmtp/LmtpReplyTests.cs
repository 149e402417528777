using System.Text;
using MailStore.Host.Delivery;
using MailStore.Tests;

namespace MailStore.Host.Tests.Lmtp;

public sealed class LmtpReplyTests
{
    private static readonly TimeSpan AMoment = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task Each_reply_is_sent_as_soon_as_it_and_all_before_it_are_known()
    {
        var outcomes = Outcomes("a", "b", "c");
        await using var server = await TestServer.StartAsync(DeliveryOf(outcomes));
        await using var client = await server.BeginDataAsync("a", "b", "c");
        await client.SendAsync("x\r\n.\r\n");
        await server.Delivery.Started.Task;

        outcomes["b"].SetResult(new Reply(451, "4.3.0", "b failed"));
        var first = client.ReadReplyAsync();
        await Task.Delay(AMoment);
        Assert.False(first.IsCompleted, "the reply for b waits for that for a");

        outcomes["a"].SetResult(new Reply(250, "2.0.0", "a stored"));
        Assert.Equal("2.0.0 a stored", (await first).Text);
        Assert.Equal("4.3.0 b failed", (await client.ReadReplyAsync()).Text);

        outcomes["c"].SetResult(new Reply(250, "2.0.0", "c stored"));
        Assert.Equal("2.0.0 c stored", (await client.ReadReplyAsync()).Text);
    }

    [Fact]
    public async Task A_thousand_recipients_have_a_thousand_replies_in_their_order()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        var recipients = Enumerable.Range(0, 1000).Select(i => $"user{i}@example.org").ToArray();
        var commands = $"MAIL FROM:<s@example.net>\r\n{string.Concat(recipients.Select(r => $"RCPT TO:<{r}>\r\n"))}DATA\r\n";
        await client.SendAsync(commands);
        Assert.Equal(250, (await client.ReadReplyAsync()).Code);
        foreach (var _ in recipients)
            Assert.Equal(250, (await client.ReadReplyAsync()).Code);
        Assert.Equal(354, (await client.ReadReplyAsync()).Code);
        await client.SendAsync("x\r\n.\r\n");
        foreach (var recipient in recipients)
            Assert.Equal($"2.0.0 stored for {recipient}", (await client.ReadReplyAsync()).Text);
        Assert.Equal(recipients, Assert.Single(server.Delivery.Mails).Recipients);
    }

    [Fact]
    public async Task Beyond_the_limit_of_recipients_the_rest_is_asked_for_in_another_transaction()
    {
        await using var server = await TestServer.StartAsync(limits: new() { Recipients = 2 });
        await using var client = await server.ConnectAsync();
        Assert.Equal(250, (await client.CommandAsync("MAIL FROM:<>")).Code);
        Assert.Equal(250, (await client.CommandAsync("RCPT TO:<a>")).Code);
        Assert.Equal(250, (await client.CommandAsync("RCPT TO:<b>")).Code);
        Assert.Equal(452, (await client.CommandAsync("RCPT TO:<c>")).Code);
        Assert.Equal(354, (await client.CommandAsync("DATA")).Code);
    }

    [Fact]
    public async Task A_client_that_leaves_after_the_data_stops_no_delivery_and_the_log_tells_what_became_of_each()
    {
        var outcomes = Outcomes("a", "b");
        var cancelled = false;
        var delivery = new FakeDelivery
        {
            Deliver = (recipient, cancellationToken) =>
            {
                cancellationToken.Register(() => cancelled = true);
                return outcomes[recipient.Original].Task;
            },
        };
        await using var server = await TestServer.StartAsync(delivery);
        await using (var client = await server.BeginDataAsync("a", "b"))
        {
            await client.SendAsync("x\r\n.\r\n");
            await delivery.Started.Task;
        }

        await Task.Delay(AMoment);
        Assert.Equal(1, delivery.BuffersInUse);
        outcomes["a"].SetResult(new Reply(250, "2.0.0", "a stored"));
        await Task.Delay(AMoment);
        Assert.Equal(1, delivery.BuffersInUse);
        outcomes["b"].SetResult(new Reply(451, "4.3.0", "b failed"));
        await Eventually.IsTrueAsync(() => delivery.BuffersInUse == 0, "the buffer is given back after the last delivery");
        Assert.False(cancelled);
        foreach (var came in new[] { "for a it came to: 250 2.0.0 a stored", "for b it came to: 451 4.3.0 b failed" })
            await Eventually.IsTrueAsync(() => server.Log.Entries.Any(entry => entry.EndsWith(came, StringComparison.Ordinal)), came);
    }

    [Fact]
    public async Task A_client_that_leaves_within_the_data_has_nothing_delivered()
    {
        await using var server = await TestServer.StartAsync();
        await using (var client = await server.BeginDataAsync("a"))
            await client.SendAsync("Subject: half a mail\r\n");
        await Eventually.IsTrueAsync(() => server.Log.Entries.Any(entry => entry.EndsWith("closed", StringComparison.Ordinal)), "the session ends");
        Assert.Empty(server.Delivery.Mails);
        Assert.Equal(0, server.Delivery.BuffersInUse);
    }

    [Fact]
    public async Task A_client_that_only_stops_sending_still_gets_its_replies()
    {
        var outcomes = Outcomes("a");
        await using var server = await TestServer.StartAsync(DeliveryOf(outcomes));
        await using var client = await server.BeginDataAsync("a");
        await client.SendAsync("x\r\n.\r\nQUIT\r\n");
        client.EndSending();
        await server.Delivery.Started.Task;
        outcomes["a"].SetResult(new Reply(250, "2.0.0", "a stored"));
        Assert.Equal(250, (await client.ReadReplyAsync()).Code);
        Assert.Equal(221, (await client.ReadReplyAsync()).Code);
        Assert.Null(await client.ReadLineAsync());
    }

    [Fact]
    public async Task A_mail_with_lines_of_a_megabyte_arrives_whole_from_the_file_it_was_spooled_to()
    {
        var delivery = new FakeDelivery { MemoryLimit = 64 * 1024 };
        await using var server = await TestServer.StartAsync(delivery);
        await using var client = await server.ConnectAsync();
        var mail = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Range(0, 5).Select(i => new string((char)('a' + i), 1 << 20) + "\0\xFF\n")));
        Assert.Equal(250, Assert.Single(await client.SendMailAsync("s@example.net", ["a"], mail)).Code);
        Assert.Equal(mail, Assert.Single(delivery.Mails).Content);
    }

    [Fact]
    public async Task A_spool_that_takes_nothing_is_a_temporary_failure_for_each_recipient()
    {
        var noDirectory = Path.GetTempFileName();
        try
        {
            await using var server = await TestServer.StartAsync(new FakeDelivery { MemoryLimit = 1000, SpoolDirectory = noDirectory });
            await using var client = await server.ConnectAsync();
            var large = new byte[1 << 20];
            Array.Fill(large, (byte)'x');
            var replies = await client.SendMailAsync("s@example.net", ["a", "b"], large);
            // nothing is full: no freeing of room would mend it
            Assert.All(replies, reply => Assert.Equal((451, "4.3.0"), (reply.Code, reply.Text[..5])));
            Assert.Equal(2, replies.Count);
            Assert.Empty(server.Delivery.Mails);
            // the session goes on
            Assert.Equal(250, Assert.Single(await client.SendMailAsync("s@example.net", ["a"], "small\n"u8.ToArray())).Code);
        }
        finally
        {
            File.Delete(noDirectory);
        }
    }

    [Fact]
    public async Task Many_clients_are_served_at_once()
    {
        await using var server = await TestServer.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            await using var client = await server.ConnectAsync();
            for (var n = 0; n < 20; n++)
            {
                var replies = await client.SendMailAsync("s@example.net", [$"u{i}", $"n{n}"], Encoding.ASCII.GetBytes($".{i} {n}\n..\n"));
                Assert.Equal([$"2.0.0 stored for u{i}", $"2.0.0 stored for n{n}"], replies.Select(reply => reply.Text));
            }
        }));
        Assert.Equal(1000, server.Delivery.Mails.Select(mail => (string.Join(' ', mail.Recipients), mail.Text)).Distinct().Count());
        Assert.All(server.Delivery.Mails, mail => Assert.Equal($".{mail.Recipients[0][1..]} {mail.Recipients[1][1..]}\n..\n", mail.Text));
    }

    private static Dictionary<string, TaskCompletionSource<Reply>> Outcomes(params string[] recipients) =>
        recipients.ToDictionary(recipient => recipient, _ => new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously));

    private static FakeDelivery DeliveryOf(Dictionary<string, TaskCompletionSource<Reply>> outcomes) =>
        new() { Deliver = (recipient, _) => outcomes[recipient.Original].Task };
}
