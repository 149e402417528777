namespace MailStore.Sdk;

/// <summary>
/// Implemented by a creator that serves one host only: two hosts that create the same user at once may both have him allocated, and the last one
/// that writes wins. The host refuses it beside an <see cref="ISharedUserDatabase"/>. Without it a creator promises one allocation for all hosts.
/// </summary>
public interface ISingleHostCreator;
