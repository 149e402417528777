namespace MailStore.Host.Tests.Delivery;

/// <summary>Who gets a mail, and what the MTA is told.</summary>
public sealed class DeliveryServiceTests
{
    private const string Alice = "alice@example.org";
    private const string Info = "info@example.org";

    [Theory]
    [InlineData("alice@example.org")]
    [InlineData("Alice@Example.ORG.")]
    [InlineData("alice+info@example.org")]
    public async Task An_alias_is_found_however_its_target_is_written(string target)
    {
        using var bench = new DeliveryBench();
        bench.Users.Add(Alice);
        bench.Users.Add(Info, null, ("alias", target));
        Assert.Equal(Alice, (await bench.ResolveAsync(Info)).Recipient?.User.Name);
    }

    [Theory]
    [InlineData("gone@example.org")]
    [InlineData("@example.org")]
    [InlineData(Info)]
    public async Task An_alias_that_leads_nowhere_is_the_administrators_mistake_and_bounces_nothing(string target)
    {
        using var bench = new DeliveryBench();
        bench.Users.Add(Info, null, ("alias", target));
        Assert.Equal((451, "4.3.5"), Codes(await bench.ResolveAsync(Info)));
        Assert.Contains(bench.Log.Entries, entry => entry.Text.Contains("alias", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_disabled_alias_is_refused_though_its_target_is_not()
    {
        using var bench = new DeliveryBench(null, "off.example.org");
        bench.Users.Add(Alice);
        bench.Users.Add(Info, null, ("alias", Alice), ("enabled", " False "));
        bench.Users.Add("info@off.example.org", null, ("alias", Alice));
        Assert.Equal((550, "5.2.1"), Codes(await bench.ResolveAsync(Info)));
        Assert.Equal((550, "5.2.1"), Codes(await bench.ResolveAsync("info@off.example.org")));
        Assert.Equal((250, "2.1.5"), Codes(await bench.ResolveAsync(Alice)));
    }

    [Fact]
    public async Task A_name_without_a_domain_is_no_domain()
    {
        using var bench = new DeliveryBench(null, "example.org");
        bench.Users.Add("example.org");
        Assert.Equal((250, "2.1.5"), Codes(await bench.ResolveAsync("example.org")));
    }

    [Fact]
    public async Task A_record_that_the_host_itself_stumbles_over_is_temporary_and_ends_no_transaction()
    {
        using var bench = new DeliveryBench();
        // no contract forbids a database to hand out a null among the values
        bench.Users.Add(Alice, null, ("alias", null!));
        Assert.Equal((451, "4.3.0"), Codes(await bench.ResolveAsync(Alice)));
    }

    [Fact]
    public async Task A_delivery_that_was_given_up_stores_no_empty_mail_when_it_wakes_up_and_harms_no_other()
    {
        using var bench = new DeliveryBench(TimeSpan.FromSeconds(2));
        using var wake = new SemaphoreSlim(0);
        var over = new TaskCompletionSource();
        bench.Users.Add(Alice, DeliveryBench.AllocationOf("stuck"));
        bench.Users.Add("bob@example.org", DeliveryBench.AllocationOf("bob"));
        bench.Mailbox("stuck").BeforeStoring = async _ =>
        {
            await wake.WaitAsync(CancellationToken.None);
            over.SetResult();
        };

        var replies = await bench.DeliverAsync("Subject: whole\n\nwhole\n", Alice, "bob@example.org");
        Assert.Equal([451, 250], replies.Select(reply => reply.Code));
        wake.Release();
        await over.Task;
        await Task.Delay(200);
        Assert.EndsWith("Subject: whole\n\nwhole\n", Assert.Single(bench.Mailbox("bob").Mails), StringComparison.Ordinal);
        Assert.Empty(bench.Mailbox("stuck").Mails);
    }

    private static (int Code, string Enhanced) Codes(MailStore.Host.Delivery.RecipientDecision decision) => (decision.Reply.Code, decision.Reply.Enhanced);
}
