namespace MailStore.Sdk;

/// <summary>What a creator uses to have users allocated: the host's view on the MDAs. Thread-safe.</summary>
public interface IAllocator
{
    /// <summary>Whether the record still lacks what its MDA needs. False also for a record that the MDA rejects: allocating would not mend it.</summary>
    /// <param name="user">A raw record, in the database or not.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    ValueTask<bool> NeedsAllocationAsync(UserRecord user, CancellationToken cancellationToken);

    /// <summary>Has the user's MDA make what is missing. Writes nothing to the user database.</summary>
    /// <param name="user">A raw record as it was read.</param>
    /// <param name="cancellationToken">Gives the call up; then nothing was allocated, or only what a later sweep finds.</param>
    /// <returns>The allocation, not yet in any record.</returns>
    /// <exception cref="TemporaryFailureException">It could not be made now.</exception>
    ValueTask<Allocation> AllocateAsync(UserRecord user, CancellationToken cancellationToken);

    /// <summary>
    /// Has the MDA that made it undo an allocation that can never count any more. Only after a fresh read has shown so: the record
    /// bears a complete allocation of another id, or has another version than the one that the allocation was to be written on, or is gone.
    /// </summary>
    /// <param name="current">The record of that read, or null if the user is gone.</param>
    /// <param name="lost">The allocation that lost.</param>
    /// <param name="cancellationToken">Gives the call up; what is left is swept later.</param>
    ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken);
}
