namespace MailStore.Host.Lmtp;

/// <summary>A certificate cannot be used. The message says which file, why, and what to do.</summary>
internal sealed class CertificateException(string message, Exception? innerException = null) : Exception(message, innerException);
