namespace MailStore.Sdk;

/// <summary>
/// The module kind that has a user allocated and writes the allocation to the user database, so that one allocation counts, however
/// many deliveries and hosts ask for it at the same instant. Thread-safe: called for one user by many deliveries at once.
/// </summary>
/// <remarks>
/// <para>What it writes to a record is the allocation: settings stay as they are in the database, also those that the administrator changes meanwhile.</para>
/// <para>An allocation of its own that lost is released, once, after a fresh read has shown that it can never count any more; one that counts never is. A
/// release that fails does not fail the creation.</para>
/// <para>When the database faults, what was allocated may be left: no creator can know whether it will count. The next call goes on from what the record says.
/// However a call ends, it holds no lock afterwards.</para>
/// </remarks>
public interface ICreator
{
    /// <summary>Sees to it that the user's record bears a complete allocation.</summary>
    /// <param name="user">The record as it was read: without an allocation, or with one that its MDA calls incomplete.</param>
    /// <param name="allocator">Allocates and releases by the right MDA.</param>
    /// <param name="users">
    /// The user database. May also be <see cref="IUserLocks"/>; a creator that cannot do without says so by <see cref="IUserDatabaseRequirements"/>.
    /// </param>
    /// <param name="cancellationToken">
    /// Gives the creation up. A creator that has allocated by then still finds out, by a fresh read, whether its write was done before it releases anything.
    /// It waits no longer for a lock, or for an allocation that heeds the token.
    /// </param>
    /// <returns>The record as it stands in the database now, with an allocation that counts, its own or another's; null if the user is gone.</returns>
    /// <exception cref="TemporaryFailureException">The user could not be allocated, or the database is out of reach.</exception>
    ValueTask<UserRecord?> CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken);
}
