using MailStore.Host.Delivery;

namespace MailStore.Host.Lmtp;

/// <summary>
/// Hands a mail over to its recipients, and tells the client what became of each: RFC 2033, 4.2. Replies go in the order of RCPT, each as soon as
/// it and all before it are known; those that are known together go together. A client that leaves meanwhile stops nothing; what is not over when the
/// client's patience ends is cancelled.
/// </summary>
internal sealed class MailHandover(LmtpChannel channel, LmtpService service)
{
    /// <returns>The replies, written and not yet flushed.</returns>
    public async Task<IReadOnlyList<Reply>> DeliverAsync(LmtpTransaction transaction, ClientInfo client, string clientName, MailBuffer content)
    {
        var envelope = new MailEnvelope
        {
            Sender = transaction.Sender,
            ClientName = clientName,
            ClientAddress = client.Address,
            Protocol = transaction.Protocol(channel.IsSecure),
            EnvelopeId = transaction.EnvelopeId,
            Forwarded = transaction.Forwarded,
        };
        var deadline = channel.Deadline ??= new DeliveryDeadline(service);
        var deliveries = service.Delivery.Start(envelope, transaction.Recipients, content, deadline.Begin());
        try
        {
            var replies = new Reply[deliveries.Count];
            var flushed = 0;
            for (var i = 0; i < deliveries.Count; i++)
            {
                if (!deliveries[i].IsCompleted && i > flushed)
                {
                    await channel.FlushAsync();
                    flushed = i;
                }

                channel.Write(replies[i] = await deliveries[i]);
            }

            return replies;
        }
        finally
        {
            // the caller gives the buffer back: by then nobody may read it any more
            await ((Task)Task.WhenAll(deliveries)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!deadline.End())
                LmtpLog.DeliveryTooSlow(service.Logger, client.ConnectionId, client.Address, service.Limits.DeliveryTimeout.TotalSeconds);
        }
    }
}
