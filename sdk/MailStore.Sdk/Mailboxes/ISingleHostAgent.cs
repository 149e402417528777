namespace MailStore.Sdk;

/// <summary>
/// Implemented by an <see cref="IMailDeliveryAgent"/> whose storage belongs to one process at a time, as an embedded database does: a second process that opens it gets
/// <see cref="DeliveryStatus.TemporaryFailure"/> or a <see cref="TemporaryFailureException"/>, and never harms what the first one stores. What the contract says of two hosts does not
/// bind it, and the kit does not try it. Beside an <see cref="ISharedUserDatabase"/> the host warns at the start: each of several hosts would keep its own part of a user's mail.
/// Without this interface an agent serves any number of hosts.
/// </summary>
public interface ISingleHostAgent;
