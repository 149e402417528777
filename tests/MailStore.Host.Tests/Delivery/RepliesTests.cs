using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery;

/// <summary>The table of the design: what each outcome is to an MTA.</summary>
public sealed class RepliesTests
{
    [Theory]
    [InlineData("stored", "250 2.0.0")]
    [InlineData("over quota, temporary", "452 4.2.2")]
    [InlineData("over quota, permanent", "552 5.2.2")]
    [InlineData("too large", "552 5.3.4")]
    [InlineData("storage full", "452 4.3.1")]
    [InlineData("storage out of reach", "451 4.3.0")]
    [InlineData("accepted at RCPT", "250 2.1.5")]
    [InlineData("no such user", "550 5.1.1")]
    [InlineData("disabled", "550 5.2.1")]
    [InlineData("no address", "501 5.1.3")]
    [InlineData("fault", "451 4.3.0")]
    [InlineData("no room", "452 4.3.1")]
    [InlineData("configuration", "451 4.3.5")]
    public void Each_outcome_has_its_code(string outcome, string code)
    {
        var reply = Of(outcome);
        Assert.StartsWith($"{code} ", reply.ToString(), StringComparison.Ordinal);
        Assert.Equal(code.StartsWith('2'), reply.IsPositive);
        Assert.NotEmpty(reply.Text);
    }

    [Fact]
    public void Every_status_that_a_module_can_return_has_a_reply_of_its_own_and_only_stored_is_positive()
    {
        DeliveryResult[] all =
        [
            DeliveryResult.Stored("1"), DeliveryResult.OverQuota("x"), DeliveryResult.TooLarge("x"), DeliveryResult.StorageFull("x"),
            DeliveryResult.TemporaryFailure("x"),
        ];
        Assert.Equal(Enum.GetValues<DeliveryStatus>(), all.Select(result => result.Status));
        var replies = all.Select(For).ToList();
        Assert.Equal(all.Length, replies.Select(reply => reply.Code + reply.Enhanced).Distinct().Count());
        Assert.Equal([true, false, false, false, false], replies.Select(reply => reply.IsPositive));
    }

    [Fact]
    public void The_positive_reply_names_the_delivery() =>
        Assert.Equal("250 2.0.0 <a@x.org> 0123r1 stored", For(DeliveryResult.Stored("file")).ToString());

    [Fact]
    public void An_address_that_is_none_ends_no_line() =>
        Assert.Equal("501 5.1.3 <a??250 2.0.0 fine@x> is no address: why", Replies.BadAddress("a\r\n250 2.0.0 fine@x", "why").ToString());

    /// <summary>A module's detail may hold paths and more that is not the sender's business.</summary>
    [Fact]
    public void What_a_module_says_in_detail_is_for_the_log_and_not_for_the_sender() =>
        Assert.All(
            [DeliveryResult.OverQuota("secret"), DeliveryResult.TooLarge("secret"), DeliveryResult.StorageFull("secret"), DeliveryResult.TemporaryFailure("secret")],
            result => Assert.DoesNotContain("secret", For(result).ToString(), StringComparison.Ordinal));

    private static Reply For(DeliveryResult result) => Replies.For(result, "a@x.org", "0123r1", OverQuotaReply.Temporary);

    private static Reply Of(string outcome) => outcome switch
    {
        "stored" => For(DeliveryResult.Stored("1")),
        "over quota, temporary" => For(DeliveryResult.OverQuota("")),
        "over quota, permanent" => Replies.For(DeliveryResult.OverQuota(""), "a@x.org", "0123r1", OverQuotaReply.Permanent),
        "too large" => For(DeliveryResult.TooLarge("")),
        "storage full" => For(DeliveryResult.StorageFull("")),
        "storage out of reach" => For(DeliveryResult.TemporaryFailure("")),
        "accepted at RCPT" => Replies.Accepted("a@x.org"),
        "no such user" => Replies.NoSuchUser("a@x.org"),
        "disabled" => Replies.Disabled("a@x.org"),
        "no address" => Replies.BadAddress("a@", "the domain is empty"),
        "fault" => Replies.TemporaryFailure,
        "no room" => Replies.StorageFull,
        "configuration" => Replies.ConfigurationAtFault,
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
    };
}
