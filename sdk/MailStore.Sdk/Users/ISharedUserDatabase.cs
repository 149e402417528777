namespace MailStore.Sdk;

/// <summary>
/// Implemented by a user database that several hosts may have open at once: what one writes the others see, 15 seconds after the write has returned at the latest (the host
/// relies on it when it moves a user to another place; who is cut off for longer fails the read); versions, locks and sequences count for all of
/// them. A database without it belongs to one instance at a time, whose host may remember for ten seconds a record that it does not change: a second <see cref="IModuleLifetime.StartAsync"/> over the same place throws
/// <see cref="TemporaryFailureException"/> or <see cref="ModuleConfigurationException"/>, and the place is free again when the first one was stopped or its process has died.
/// </summary>
public interface ISharedUserDatabase
{
    /// <summary>At most so long after its holder died (killed, powered off, cut off) the lock of a user is free again. Asked once, after the start.</summary>
    /// <param name="cancellationToken">Gives the call up.</param>
    ValueTask<TimeSpan> GetLockLeaseAsync(CancellationToken cancellationToken);
}
