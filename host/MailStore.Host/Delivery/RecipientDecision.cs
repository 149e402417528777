namespace MailStore.Host.Delivery;

/// <summary>What <see cref="IDelivery.ResolveAsync"/> came to.</summary>
/// <param name="Recipient">The accepted recipient, or null.</param>
/// <param name="Reply">The reply to RCPT in either case.</param>
internal readonly record struct RecipientDecision(Recipient? Recipient, Reply Reply);
