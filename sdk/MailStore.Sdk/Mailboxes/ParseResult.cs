namespace MailStore.Sdk;

/// <summary>What <see cref="IMailDeliveryAgent.Parse"/> came to: one of its three nested records.</summary>
public abstract record ParseResult
{
    private ParseResult()
    {
    }

    /// <summary>The record is complete; mail can be delivered.</summary>
    /// <param name="Mailbox">Where it goes. Kept by the host for as long as the record's version stays the same.</param>
    public sealed record Ready(IMailbox Mailbox) : ParseResult;

    /// <summary>Something must be allocated first. The host asks the creator, and parses the record that comes back.</summary>
    /// <param name="Missing">What is missing, for the log: <c>home</c>, or <c>home, uid</c>.</param>
    public sealed record Incomplete(string Missing) : ParseResult;

    /// <summary>The record cannot be used until the administrator mends it.</summary>
    /// <param name="Reason">What is wrong, and what to do.</param>
    public sealed record Invalid(string Reason) : ParseResult;
}
