using MailStore.Sdk;

namespace MailStore.LiteDb.Mails.Files;

/// <summary>What a delivery comes to once its batch is durable.</summary>
/// <param name="Key">Of the stored mail; null if nothing is stored.</param>
/// <param name="Result">For the host.</param>
internal sealed record DeliveryDecision(MailKey? Key, DeliveryResult Result);
