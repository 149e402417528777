namespace MailStore.Sdk;

/// <summary>
/// Implemented by a mailbox into which mails can be put with all that is known of them, and whose mails can be marked and removed by their ids: for the mover, and for
/// <c>mailstore mail import</c>.
/// </summary>
/// <remarks>Thread-safe, also beside deliveries and readers. What a call says that it did is durable when it comes back.</remarks>
public interface IMailboxImport
{
    /// <summary>Tells what the mailbox keeps of a mail that is imported, so that a mover can warn or refuse before it begins. Fast.</summary>
    /// <param name="cancellationToken">Gives the call up.</param>
    ValueTask<MailboxFidelity> GetFidelityAsync(CancellationToken cancellationToken);

    /// <summary>Makes a folder where it is missing. A format in which a folder is nothing but a property of its mails makes nothing, and only answers.</summary>
    /// <param name="folder">Levels separated by <c>.</c>. From outside: a name that no folder can have makes nothing.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <returns>Whether mails that are imported into a folder of this name come to be in it.</returns>
    /// <exception cref="TemporaryFailureException">The storage does not serve now.</exception>
    ValueTask<bool> TryCreateFolderAsync(string folder, CancellationToken cancellationToken);

    /// <summary>
    /// Stores mails as they are, to the byte, with nothing added, and with the <see cref="Mail.Folder"/>, the <see cref="Mail.Flags"/> and the <see cref="Mail.Arrival"/> that
    /// they are handed over with, as far as the mailbox keeps them.
    /// </summary>
    /// <remarks>
    /// <para>What is said of a result of <see cref="IMailbox.DeliverAsync"/> holds for each of them. The failure of one mail fails no other.</para>
    /// <para>No quota refuses an imported mail, but the usage of the mailbox counts it.</para>
    /// <para>A folder that is missing is made. A mail for one that no folder can have the name of goes to the inbox, and the result says so. <see cref="Mail.Detail"/> has no meaning here.</para>
    /// <para>Mails of one folder with the same arrival are listed in the order of the call, and behind those of calls that came back before it began.</para>
    /// <para>A call has up to 256 mails, and more than 16 MB of them only if it is one mail. Its mails may be made durable together. Each is opened when its turn
    /// comes: a module holds no more of them in memory than it must.</para>
    /// </remarks>
    /// <param name="mails">The mails; each may be read until the returned task is complete, not longer. Their <see cref="Mail.DeliveryId"/>s were never used before.</param>
    /// <param name="cancellationToken">
    /// Heeded up to the commit point. If it came too late for all or some of the mails, these have their true results, and the others <see cref="DeliveryStatus.TemporaryFailure"/>;
    /// else <see cref="OperationCanceledException"/>, and none of them is left.
    /// </param>
    /// <returns>What became of each, in the order of the call. An exception means that the module is broken.</returns>
    ValueTask<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken);

    /// <summary>Sets the flags of a mail to these and no others, as far as the mailbox keeps them. The mail keeps its id and its place in the list.</summary>
    /// <param name="id">A <see cref="StoredMail.Id"/> of this mailbox. From outside: an id that is none never leads out of the mailbox.</param>
    /// <param name="flags">All flags that it is to have.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <returns>False if there is no such mail (any more).</returns>
    /// <exception cref="TemporaryFailureException">The storage does not serve now; the flags may be the old or the new ones.</exception>
    ValueTask<bool> TrySetFlagsAsync(string id, MailFlags flags, CancellationToken cancellationToken);

    /// <summary>Removes one mail for good; the usage of the mailbox counts it no more.</summary>
    /// <param name="id">A <see cref="StoredMail.Id"/> of this mailbox. From outside: an id that is none never leads out of the mailbox.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <returns>False if there is no such mail (any more).</returns>
    /// <exception cref="TemporaryFailureException">The storage does not serve now; the mail may be there or not.</exception>
    ValueTask<bool> TryRemoveAsync(string id, CancellationToken cancellationToken);
}
