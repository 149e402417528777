namespace MailStore.Sdk;

/// <summary>
/// The module kind that keeps user records. Thread-safe: called by many deliveries at once.
/// It may also implement <see cref="IUserLocks"/>, <see cref="IUserSequences"/>, <see cref="IUserDatabaseBackup"/>, <see cref="IUserDatabaseCounters"/>, <see cref="IModuleLifetime"/>, <see cref="IModuleHealth"/>.
/// </summary>
/// <remarks>
/// <para>A write that returned is durable: it survives a power cut. A write that threw or was cancelled has an <em>unknown</em> outcome; whoever
/// made it reads again before deciding anything.</para>
/// <para>Reads see every write that returned before they began, on the same host; a database of a cluster says in its documentation what other hosts see.</para>
/// <para>A call that is cancelled, or given what the database cannot store, fails no other call that is under way.</para>
/// <para>Text comes back as it was written: any Unicode but NUL, empty values, line ends and control characters included; nothing is trimmed or normalised.</para>
/// <para>Out of reach: <see cref="TemporaryFailureException"/> from any member, never "no such user".</para>
/// </remarks>
public interface IUserDatabase
{
    /// <summary>Finds a user by name. On the way of each mail: a database should serve it from memory where that stays true.</summary>
    /// <param name="name">The normalised name, compared ordinally.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <returns>The record as stored, or null if there is no such user.</returns>
    ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>Adds a user.</summary>
    /// <param name="user">The record; its version is ignored.</param>
    /// <param name="cancellationToken">Gives the call up; the outcome is then unknown.</param>
    /// <returns>The record as stored, with its version; null if the name is taken.</returns>
    ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken);

    /// <summary>Replaces a user's record if it has not changed: compare-and-set on <see cref="UserRecord.Version"/>.</summary>
    /// <param name="user">The new record, with the version of the one that it replaces.</param>
    /// <param name="cancellationToken">Gives the call up; the outcome is then unknown.</param>
    /// <returns>The record as stored, with its new version; null if the record has another version now, or is gone.</returns>
    ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken);

    /// <summary>Removes a user's record if it has not changed: compare-and-set on <see cref="UserRecord.Version"/>. His mail is not touched.</summary>
    /// <param name="user">The record as it was read.</param>
    /// <param name="cancellationToken">Gives the call up; the outcome is then unknown.</param>
    /// <returns>Whether it was removed; false if the record has another version now, or is gone.</returns>
    ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken);

    /// <summary>Lists users, streaming, in ordinal order of their names. Users who come or go meanwhile may or may not be seen; all others are seen once.</summary>
    /// <param name="prefix">Only names that start so (ordinal), or null for all.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    IAsyncEnumerable<UserRecord> ListAsync(string? prefix, CancellationToken cancellationToken);
}
