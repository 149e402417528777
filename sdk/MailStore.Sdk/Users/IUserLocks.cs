namespace MailStore.Sdk;

/// <summary>Implemented by a user database that can lock a user for all hosts that share it. The creator <c>lock</c> needs it.</summary>
public interface IUserLocks
{
    /// <summary>Waits until nobody else holds the lock of this name, and takes it. Names are compared ordinally. A holder that dies loses it after the database's lease.</summary>
    /// <param name="name">The user's name; he need not exist.</param>
    /// <param name="cancellationToken">Gives up waiting; the lock is then not held.</param>
    /// <returns>The lock; dispose it to let go.</returns>
    /// <exception cref="TemporaryFailureException">The database is out of reach.</exception>
    ValueTask<IUserLock> LockAsync(string name, CancellationToken cancellationToken);
}
