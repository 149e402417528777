using MailStore.Host.Admin;

namespace MailStore.Host.Tests.Delivery;

/// <summary>Removing a user takes no mail along that the administrator did not mean.</summary>
public sealed class UserRemovalTests
{
    private const string Alice = "alice@example.org";

    [Fact]
    public async Task A_mail_that_is_stored_while_an_empty_mailbox_is_removed_is_not_lost()
    {
        using var bench = new DeliveryBench();
        bench.Users.Add(Alice, DeliveryBench.AllocationOf("1"));
        bench.Mailbox("1").OnListed = () => bench.Mailbox("1").Mails.Enqueue("acknowledged with 250");
        await bench.Administration.RemoveAsync(Alice, MailRemoval.Unsaid, CancellationToken.None);
        Assert.Null(bench.Users.Peek(Alice));
        Assert.Single(bench.Mailbox("1").Mails);
        // by the MDA, which removes nothing that holds mail
        Assert.Equal("1", Assert.Single(bench.Agent.Released).Id);
    }

    [Fact]
    public async Task A_user_with_mail_is_removed_only_if_it_is_said_what_becomes_of_the_mail()
    {
        using var bench = new DeliveryBench();
        bench.Users.Add(Alice, DeliveryBench.AllocationOf("1"));
        Assert.Equal([250], (await bench.DeliverAsync("mail\n", Alice)).Select(reply => reply.Code));
        var refused = await Assert.ThrowsAsync<AdminException>(() => bench.Administration.RemoveAsync(Alice, MailRemoval.Unsaid, CancellationToken.None));
        Assert.Equal(ExitCode.DataError, refused.ExitCode);
        Assert.Equal(250, (await bench.ResolveAsync(Alice)).Reply.Code);

        await bench.Administration.RemoveAsync(Alice, MailRemoval.Keep, CancellationToken.None);
        Assert.Single(bench.Mailbox("1").Mails);
        Assert.Empty(bench.Agent.Released);
        Assert.Equal(550, (await bench.ResolveAsync(Alice)).Reply.Code);
    }

    [Fact]
    public async Task A_purge_removes_the_mail_and_then_the_record_also_when_that_changes_meanwhile()
    {
        using var bench = new DeliveryBench();
        bench.Users.Add(Alice, DeliveryBench.AllocationOf("1"));
        await bench.DeliverAsync("mail\n", Alice);
        var finds = 0;
        bench.Users.OnFind = name =>
        {
            // another administrator, between the first look and the first write
            if (++finds == 1)
                bench.Users.Add(name, DeliveryBench.AllocationOf("1"), ("enabled", "true"));
        };
        Assert.Contains("his mail was removed", await bench.Administration.RemoveAsync(Alice, MailRemoval.Purge, CancellationToken.None), StringComparison.Ordinal);
        Assert.Empty(bench.Mailbox("1").Mails);
        Assert.Null(bench.Users.Peek(Alice));
    }

    [Fact]
    public async Task The_first_mail_of_a_user_who_is_removed_meanwhile_is_refused_as_to_nobody()
    {
        using var bench = new DeliveryBench();
        bench.Users.Add(Alice);
        var decision = await bench.ResolveAsync(Alice);
        await bench.Administration.RemoveAsync(Alice, MailRemoval.Unsaid, CancellationToken.None);
        using var content = bench.Service.CreateBuffer();
        var envelope = new MailStore.Host.Delivery.MailEnvelope { Sender = "", ClientName = "", ClientAddress = "", Protocol = "LMTP" };
        Assert.Equal(550, (await bench.Service.Start(envelope, [decision.Recipient!], content, CancellationToken.None)[0]).Code);
    }
}
