namespace MailStore.Host.Lmtp;

/// <summary>The server cannot listen where it is told to. The message says the address, the reason and the remedy; told without a stack trace.</summary>
internal sealed class ListenException(string message, Exception? innerException = null) : Exception(message, innerException);
