namespace MailStore.Sdk;

/// <summary>Implemented by a mailbox that can be removed with all its mail, by <c>mailstore user remove --purge</c>.</summary>
public interface IMailboxRemoval
{
    /// <summary>
    /// Removes all mail of the user and all that was allocated for him. Called while the user is disabled and before his record goes, so that it can be
    /// called again after a failure half-way;
    /// does nothing where nothing is left. Never removes what lies outside of the user's own place.
    /// </summary>
    /// <param name="cancellationToken">Gives the call up; what is left stays until it is called again.</param>
    /// <exception cref="TemporaryFailureException">The storage does not serve now.</exception>
    ValueTask RemoveAllAsync(CancellationToken cancellationToken);
}
