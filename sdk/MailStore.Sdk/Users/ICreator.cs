namespace MailStore.Sdk;

/// <summary>
/// The module kind that has a user allocated and writes the allocation to the user database, so that one allocation counts, however
/// many deliveries and hosts ask for it at the same instant. Thread-safe: called for one user by many deliveries at once.
/// </summary>
public interface ICreator
{
    /// <summary>Sees to it that the user's record bears a complete allocation.</summary>
    /// <param name="user">The record as it was read: without an allocation, or with one that its MDA calls incomplete.</param>
    /// <param name="allocator">Allocates and releases by the right MDA.</param>
    /// <param name="users">The user database. May also be <see cref="IUserLocks"/>.</param>
    /// <param name="cancellationToken">
    /// Gives the creation up. A creator that has allocated by then still finds out, by a fresh read, whether its write was done before it releases anything.
    /// </param>
    /// <returns>The record as it stands in the database now, with an allocation that counts, its own or another's; null if the user is gone.</returns>
    /// <exception cref="TemporaryFailureException">The user could not be allocated, or the database is out of reach.</exception>
    ValueTask<UserRecord?> CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken);
}
