namespace MailStore.Sdk;

/// <summary>Implemented by a mailbox that can be read back: by <c>mailstore mail</c>, by the mover, by the conformance kit.</summary>
public interface IReadableMailbox
{
    /// <summary>
    /// Lists the mails in the order in which they arrived (to the second), folder by folder, the inbox first. Streams; constant memory where the format
    /// allows. Mails that come or go meanwhile may or may not be seen; all others are seen once. Half-delivered mails are never seen.
    /// </summary>
    /// <param name="cancellationToken">Ends the listing.</param>
    IAsyncEnumerable<StoredMail> ListAsync(CancellationToken cancellationToken);

    /// <summary>Opens a mail.</summary>
    /// <param name="id">A <see cref="StoredMail.Id"/> of this mailbox. From outside: an id that is none never leads out of the mailbox.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <returns>The mail as it was delivered, added headers first, lines ended by LF; null if there is no such mail (any more). The caller disposes it.</returns>
    ValueTask<Stream?> OpenAsync(string id, CancellationToken cancellationToken);
}
