namespace MailStore.Sdk.Conformance;

/// <summary>The other process has ended, and with it every call to it.</summary>
internal sealed class PeerGoneException(string message) : Exception(message);
