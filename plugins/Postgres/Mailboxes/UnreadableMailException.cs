namespace MailStore.Postgres.Mailboxes;

/// <summary>What the host handed over could not be read. Not an <see cref="IOException"/>, so that nobody takes it for one of the connection.</summary>
internal sealed class UnreadableMailException(string message, Exception cause) : Exception(message, cause);
