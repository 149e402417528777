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

    /// <summary>For Received: <c>LMTP</c>, <c>LMTPS</c> with TLS, <c>UTF8LMTP</c>, <c>UTF8LMTPS</c> (RFC 3848, RFC 6531).</summary>
    public required string Protocol { get; init; }

    /// <summary>The sender's own id for the mail (ENVID of RFC 3461), or null. From outside, without control characters.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>What the MTA said of the client that it got the mail from, and of its queue (XFORWARD); null where it said nothing, or may not.</summary>
    public ForwardedClient? Forwarded { get; init; }
}
