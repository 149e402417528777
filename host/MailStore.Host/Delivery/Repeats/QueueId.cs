namespace MailStore.Host.Delivery.Repeats;

/// <summary>By what an MTA calls a mail in its queue, and in its log.</summary>
/// <param name="Mta">Who gave the id: the name after <c>by</c> in Received; empty if the client itself told the id (XFORWARD, XCLIENT).</param>
internal readonly record struct QueueId(string Mta, string Id);
