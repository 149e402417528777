using MailStore.Sdk;

namespace MailStore.Host.Delivery;

/// <summary>An accepted recipient.</summary>
internal sealed record Recipient
{
    /// <summary>As the MTA gave it, without angle brackets.</summary>
    public required string Original { get; init; }

    /// <summary>The recipient as the sender gave it (ORCPT of RFC 3461): <c>rfc822;alice@example.org</c>; or null. From outside, without control characters.</summary>
    public string? OriginalByDsn { get; init; }

    /// <summary>What followed the delimiter, or null.</summary>
    public required string? Detail { get; init; }

    /// <summary>The record as it was at RCPT.</summary>
    public required UserRecord User { get; init; }
}
