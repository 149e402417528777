namespace MailStore.Host.Delivery;

/// <summary>What a client said of a mail before it sent it.</summary>
internal sealed record MailEnvelope
{
    /// <summary>Without angle brackets; empty for the null sender.</summary>
    public required string Sender { get; init; }

    /// <summary>What the client called itself (LHLO).</summary>
    public required string ClientName { get; init; }

    /// <summary>Its address for Received: <c>127.0.0.1</c>, or <c>local</c> for a Unix socket.</summary>
    public required string ClientAddress { get; init; }

    /// <summary>For Received: <c>LMTP</c>, <c>UTF8LMTP</c> (RFC 3848, RFC 6531).</summary>
    public required string Protocol { get; init; }

    /// <summary>By what the client has the mail in its queue, if it told (XFORWARD, XCLIENT: IDENT).</summary>
    public string? QueueId { get; init; }
}
