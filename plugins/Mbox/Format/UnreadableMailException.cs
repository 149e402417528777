namespace MailStore.Mbox.Format;

/// <summary>The host's copy of a mail cannot be read; nothing is wrong with the mailbox.</summary>
internal sealed class UnreadableMailException(string message, Exception? innerException = null) : Exception(message, innerException);
