namespace MailStore.LiteDb.Mails.Files;

/// <summary>What is kept of a mail's envelope.</summary>
/// <param name="DeliveryId">The host's id of the delivery, as in its log.</param>
/// <param name="Sender">Empty for the null sender.</param>
/// <param name="Recipient">As the MTA gave it.</param>
/// <param name="SizeCrLf">The size with lines ended by CR LF.</param>
internal sealed record Envelope(string DeliveryId, string Sender, string Recipient, long SizeCrLf);
