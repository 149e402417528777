using MailStore.Host.Delivery;

namespace MailStore.Host.Lmtp;

/// <summary>What MAIL began (RFC 5321, 3.3): a sender, and the recipients that were accepted, in their order, the same one twice included.</summary>
internal sealed class LmtpTransaction(string sender, bool smtpUtf8)
{
    public string Sender => sender;

    /// <summary>The "with" of Received: RFC 3848, and RFC 6531, 4.3.</summary>
    public string Protocol => smtpUtf8 ? "UTF8LMTP" : "LMTP";

    public List<Recipient> Recipients { get; } = [];
}
