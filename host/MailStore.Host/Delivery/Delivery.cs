using MailStore.Sdk;

namespace MailStore.Host.Delivery;

/// <summary>One mail for one recipient, under way.</summary>
internal sealed record Delivery(
    string Id, string Transaction, MailEnvelope Envelope, Recipient Recipient, MailBuffer Content, DateTimeOffset Arrival)
{
    public Mail MailFor(string hostname) => new()
    {
        DeliveryId = Id,
        TransactionId = Transaction,
        Sender = Envelope.Sender,
        OriginalRecipient = Recipient.Original,
        User = Recipient.User.Name,
        Detail = Recipient.Detail,
        Arrival = Arrival,
        Header = TraceHeader.Build(Envelope, hostname, Recipient, Id, Arrival),
        Content = Content,
    };
}
