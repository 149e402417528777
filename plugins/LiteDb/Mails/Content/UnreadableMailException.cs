namespace MailStore.LiteDb.Mails.Content;

/// <summary>The host's mail could not be read to its end.</summary>
internal sealed class UnreadableMailException(string message, Exception innerException) : Exception(message, innerException);
