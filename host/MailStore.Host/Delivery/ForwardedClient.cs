namespace MailStore.Host.Delivery;

/// <summary>What the MTA said of the client that it got a mail from (XFORWARD). Null where it did not say. From outside, without control characters.</summary>
internal sealed record ForwardedClient
{
    /// <summary>The host name by the DNS.</summary>
    public string? Name { get; init; }

    /// <summary>An IP address.</summary>
    public string? Address { get; init; }

    public string? Port { get; init; }

    /// <summary>What the client called itself.</summary>
    public string? Helo { get; init; }

    /// <summary><c>SMTP</c> or <c>ESMTP</c>.</summary>
    public string? Protocol { get; init; }

    /// <summary>The id of the MTA's queue file (IDENT): the same for the same mail, however often it is sent.</summary>
    public string? QueueId { get; init; }

    /// <summary><c>LOCAL</c> or <c>REMOTE</c>.</summary>
    public string? Source { get; init; }
}
