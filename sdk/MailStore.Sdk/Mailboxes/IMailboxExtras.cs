namespace MailStore.Sdk;

/// <summary>
/// Implemented by a mailbox that holds more than the mails which <see cref="IReadableMailbox"/> lists. A mover brings folders without mail along, and tells what would be lost
/// before anything is done.
/// </summary>
/// <remarks>A mailbox that implements <see cref="IMailboxImport"/> too keeps what <see cref="IMailboxImport.TryCreateFolderAsync"/> has made, also without mail.</remarks>
public interface IMailboxExtras
{
    /// <summary>Names all folders but the inbox, those without mail among them, in any order.</summary>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="TemporaryFailureException">The storage does not serve now.</exception>
    IAsyncEnumerable<string> ListFoldersAsync(CancellationToken cancellationToken);

    /// <summary>Says what else there is that nobody can read by this contract: marks of mails that <see cref="MailFlags"/> has no word for.</summary>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <returns>In words, for an administrator: <c>the keywords of 12 mails</c>; null for nothing.</returns>
    /// <exception cref="TemporaryFailureException">The storage does not serve now.</exception>
    ValueTask<string?> DescribeUnreadableAsync(CancellationToken cancellationToken);
}
