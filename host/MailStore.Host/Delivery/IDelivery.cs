namespace MailStore.Host.Delivery;

/// <summary>The way of a mail from a protocol to the modules. Thread-safe.</summary>
internal interface IDelivery
{
    /// <summary>
    /// Looks a recipient up (RCPT TO). Nothing is created. Never throws for a fault of the user database or a module: that is a 4xx reply.
    /// </summary>
    /// <param name="address">The recipient as the client gave it, without angle brackets.</param>
    /// <returns>An accepted recipient, or the reply that turns it down.</returns>
    ValueTask<RecipientDecision> ResolveAsync(string address, CancellationToken cancellationToken);

    /// <summary>Whether there is memory, or room on the disk, for one more mail.</summary>
    /// <param name="size">As announced; 0 where it was not.</param>
    bool HasRoomFor(long size);

    /// <summary>A place for the content of one mail. Fill it, hand it to <see cref="Start"/>, dispose it when all replies are there.</summary>
    MailBuffer CreateBuffer();

    /// <summary>
    /// Delivers one mail to its recipients, side by side.
    /// </summary>
    /// <returns>One task for each recipient, in their order. None of them ever faults: a fault is a 4xx reply.</returns>
    IReadOnlyList<Task<Reply>> Start(MailEnvelope envelope, IReadOnlyList<Recipient> recipients, MailBuffer content, CancellationToken cancellationToken);
}
