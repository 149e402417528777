namespace MailStore.Sdk;

/// <summary>
/// Implemented by a user database whose users can be moved to another one, or from another one, with all that was allocated for them: <c>mailstore user list --json |
/// mailstore user import --json -</c>.
/// </summary>
/// <remarks>
/// Modules tell one life of a user from another by name and version of his record, and give out uids by sequences: places on disk bear both for ever. So the database that users
/// are moved to goes on counting where the one that they come from has stopped.
/// </remarks>
public interface IUserDatabaseCounters
{
    /// <summary>Tells how far the database has counted: all that was given before the call is in it.</summary>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <exception cref="TemporaryFailureException">The database is out of reach.</exception>
    ValueTask<UserDatabaseCounters> GetCountersAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Goes on counting from there: every version and number that is given after the call, by any host, is greater. What has counted further already, and each sequence
    /// that is not named, goes on as it is. Durable before it returns. May be called again.
    /// </summary>
    /// <param name="counters">From where.</param>
    /// <param name="cancellationToken">Gives the call up; the outcome is then unknown.</param>
    /// <exception cref="TemporaryFailureException">The database is out of reach.</exception>
    ValueTask RaiseCountersAsync(UserDatabaseCounters counters, CancellationToken cancellationToken);
}
