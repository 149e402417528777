namespace MailStore.Sdk;

/// <summary>Implemented by a user database that can be copied while it serves, by <c>mailstore user backup</c>.</summary>
public interface IUserDatabaseBackup
{
    /// <summary>
    /// Makes a copy of the database: all of it, users, versions and sequences, as it stood at one instant between the call and its return, in a form that the
    /// module's documentation says how to restore. Each write that returned before the call is in it. All other calls go on meanwhile, writes too, with no more than short waits.
    /// </summary>
    /// <remarks>
    /// <para>Thread-safe. The copy is read after the call has returned, and may be read slowly: nothing in the database waits for its reader, and nothing that is
    /// written meanwhile changes it. Whoever reads it makes it durable where he puts it.</para>
    /// <para>A database that finds itself damaged throws: a damaged copy is no backup.</para>
    /// </remarks>
    /// <param name="cancellationToken">Gives the call up; nothing is left of the copy.</param>
    /// <returns>The copy, read-only, from its start. The caller disposes it; what room it took is then free again, also when the process dies before.</returns>
    /// <exception cref="TemporaryFailureException">The database is out of reach or damaged, or there is no room for the copy.</exception>
    ValueTask<Stream> OpenBackupAsync(CancellationToken cancellationToken);
}
