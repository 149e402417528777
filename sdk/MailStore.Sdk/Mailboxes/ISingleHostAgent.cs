namespace MailStore.Sdk;

/// <summary>
/// Implemented by an MDA whose storage belongs to one process at a time, as an embedded database does: what another host does over the same storage is refused as a
/// temporary failure. Without this interface an MDA promises that several hosts may use one storage at once.
/// </summary>
public interface ISingleHostAgent;
