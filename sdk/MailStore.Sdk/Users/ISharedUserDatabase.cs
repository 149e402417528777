namespace MailStore.Sdk;

/// <summary>
/// Implemented by a user database that several hosts may have open at once: what one writes the others see, versions, locks and sequences count for all of
/// them. A database without it belongs to one process at a time.
/// </summary>
public interface ISharedUserDatabase
{
    /// <summary>At most so long after its holder died (killed, powered off, cut off) the lock of a user is free again. Asked once, after the start.</summary>
    /// <param name="cancellationToken">Gives the call up.</param>
    ValueTask<TimeSpan> GetLockLeaseAsync(CancellationToken cancellationToken);
}
