namespace MailStore.Sdk;

/// <summary>
/// Implemented by a mail delivery agent that can compare its storage with the records of users, for <c>mailstore doctor</c>, and mend what differs. Called while mail is
/// delivered and users are allocated, here and by other hosts: what may be under way is no finding. Whatever it mends, it never removes a mail.
/// </summary>
public interface IStorageInspection
{
    /// <summary>
    /// Looks at all that was allocated for one user: is it there, is it his, is it whole, is his usage right? Reads no contents of mails. A user whose storage is all right
    /// has no finding.
    /// </summary>
    /// <param name="user">A user whose record is <see cref="ParseResult.Ready"/>, as of a moment ago.</param>
    /// <param name="inspection">Whether to mend, and what may be trusted to be nobody's work in progress.</param>
    /// <param name="cancellationToken">Gives the call up; a mending that was begun is ended first, or leaves something that can be mended again.</param>
    /// <returns>What is wrong, as it is found; with <see cref="Inspection.Repair"/>, each after it was mended, or not.</returns>
    /// <exception cref="TemporaryFailureException">The storage does not serve now.</exception>
    IAsyncEnumerable<Finding> InspectUserAsync(EffectiveUser user, Inspection inspection, CancellationToken cancellationToken);

    /// <summary>
    /// Looks through the storage of this instance for what belongs to no record: places of users who are gone or who have another place, and what hosts that died left behind.
    /// A million users need no more memory than one. With <see cref="Inspection.Repair"/>, what holds no mail is removed; what holds mail is told, and stays as it is.
    /// </summary>
    /// <param name="records">The records. Asked after a place was seen, so that a user who is being added is not missed.</param>
    /// <param name="inspection">Whether to mend, and what may be trusted to be nobody's work in progress.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <returns>What is wrong, as it is found.</returns>
    /// <exception cref="TemporaryFailureException">The storage does not serve now.</exception>
    IAsyncEnumerable<Finding> InspectPlacesAsync(IUserRecords records, Inspection inspection, CancellationToken cancellationToken);
}
