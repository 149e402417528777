using MailStore.Host.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Delivery;

/// <summary>What the MTA is told for each outcome: the table of the design, in one place. A fault is always temporary.</summary>
internal static class Replies
{
    public static readonly Reply TemporaryFailure = new(451, "4.3.0", "temporary failure, try again later");

    public static readonly Reply StorageFull = new(452, "4.3.1", "no room in storage, try again later");

    public static readonly Reply ConfigurationAtFault = new(451, "4.3.5", "the server's configuration is at fault, try again later");

    public static Reply Accepted(string address) => new(250, "2.1.5", $"<{address}> accepted");

    public static Reply BadAddress(string address, string why) => new(501, "5.1.3", $"<{Shown(address)}> is no address: {why}");

    public static Reply NoSuchUser(string address) => new(550, "5.1.1", $"<{address}> no such user");

    public static Reply Disabled(string address) => new(550, "5.2.1", $"<{address}> is disabled");

    /// <summary>RFC 3463, X.4.6.</summary>
    public static Reply Loop(string address) => new(554, "5.4.6", $"<{address}> mail loop: this mail was delivered there before");

    public static Reply UserBusy(string address) => new(451, "4.3.2", $"<{address}> has too many deliveries under way, try again later");

    public static Reply Stored(string address, string deliveryId) => new(250, "2.0.0", $"<{address}> {deliveryId} stored");

    public static Reply StoredBefore(string address, string deliveryId) => new(250, "2.0.0", $"<{address}> {deliveryId} stored before, this is a repeat");

    public static Reply For(DeliveryResult result, string address, string deliveryId, OverQuotaReply overQuota) => result.Status switch
    {
        DeliveryStatus.Stored => Stored(address, deliveryId),
        DeliveryStatus.OverQuota when overQuota == OverQuotaReply.Permanent => new Reply(552, "5.2.2", $"<{address}> mailbox is over quota"),
        DeliveryStatus.OverQuota => new Reply(452, "4.2.2", $"<{address}> mailbox is over quota"),
        DeliveryStatus.TooLarge => new Reply(552, "5.3.4", $"<{address}> the message is too large for this mailbox"),
        DeliveryStatus.StorageFull => StorageFull,
        _ => TemporaryFailure,
    };

    /// <summary>The only address in a reply that was not checked before.</summary>
    private static string Shown(string address) => string.Concat(address.Select(c => char.IsControl(c) ? '?' : c));
}
