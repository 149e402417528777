namespace MailStore.Sdk;

/// <summary>The look-up of user records that an inspection is given. Thread-safe.</summary>
public interface IUserRecords
{
    /// <summary>Reads a record afresh.</summary>
    /// <param name="name">The user's name.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <returns>The record; null if there is none.</returns>
    /// <exception cref="TemporaryFailureException">The user database is out of reach: nothing may be concluded.</exception>
    ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken);
}
