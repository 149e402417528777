namespace MailStore.Sdk;

/// <summary>
/// The module kind that understands user records, allocates users and stores mail: one storage format. Thread-safe: one instance serves all
/// users of <c>[mda.NAME]</c>. It may also implement <see cref="IModuleLifetime"/> and <see cref="IModuleHealth"/>.
/// </summary>
public interface IMailDeliveryAgent
{
    /// <summary>
    /// Says whether mail can be delivered to this user, and hands out his mailbox if so. Pure and fast (microseconds): touches no disk and no network,
    /// changes nothing. The host keeps the result for as long as the record's version stays the same.
    /// </summary>
    /// <remarks>
    /// A record without an allocation is never ready: the allocation says whose mail is whose. A record that makes no sense, such as one with an allocation
    /// that lacks values or has a form of a later version, is invalid or incomplete, and no reason to throw.
    /// </remarks>
    /// <param name="user">The user, with his options bound and checked.</param>
    /// <returns><see cref="ParseResult.Ready"/>, <see cref="ParseResult.Incomplete"/> (the creator is asked), or <see cref="ParseResult.Invalid"/> (451 4.3.5, and the reason in the log).</returns>
    ParseResult Parse(EffectiveUser user);

    /// <summary>
    /// Makes what is missing so that a parse of the record with the returned allocation is <see cref="ParseResult.Ready"/>. All that it made is
    /// durable before it returns.
    /// </summary>
    /// <remarks>
    /// Two hosts may call it for the same user at once, even for the same place: both calls succeed, and the creator decides by the
    /// allocation's id whose result counts. A host that dies half-way leaves nothing that stops the next try. A name that was removed and added again never
    /// inherits the mail of the earlier user; <see cref="EffectiveUser.Version"/> tells the two apart.
    /// </remarks>
    /// <param name="user">The user; <see cref="EffectiveUser.Allocation"/> is null, or an incomplete one of this instance.</param>
    /// <param name="context">The id and the numbers for this attempt.</param>
    /// <param name="cancellationToken">Gives the call up; then nothing is left that stops a later try.</param>
    /// <exception cref="TemporaryFailureException">The place does not serve now: a root that is not mounted, a full disk, a database out of reach.</exception>
    /// <exception cref="ModuleConfigurationException">The place will not serve before the administrator changes something.</exception>
    ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext context, CancellationToken cancellationToken);

    /// <summary>
    /// Undoes an allocation of this instance that can never count any more. Removes nothing that <paramref name="current"/> refers to and
    /// nothing that holds mail. Called again for the same allocation it does nothing.
    /// </summary>
    /// <param name="current">The user's record by a fresh read; null if he is gone.</param>
    /// <param name="lost">The allocation that lost.</param>
    /// <param name="cancellationToken">Gives the call up; what is left is found later by a sweep.</param>
    ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken);
}
