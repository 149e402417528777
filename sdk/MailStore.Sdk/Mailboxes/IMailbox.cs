namespace MailStore.Sdk;

/// <summary>
/// Where the mail of one user goes. Thread-safe: the host delivers many mails into it at once. Cached by the host and never disposed:
/// what is scarce (handles, connections) belongs to the agent.
/// </summary>
/// <remarks>It may also implement <see cref="IBlockingMailbox"/>, <see cref="IReadableMailbox"/>, <see cref="IMailboxImport"/>, <see cref="IMailboxUsage"/>, <see cref="IMailboxExtras"/> and <see cref="IMailboxRemoval"/>.</remarks>
public interface IMailbox
{
    /// <summary>Stores one mail.</summary>
    /// <remarks>
    /// <para><see cref="DeliveryStatus.Stored"/> is a promise: the mail is whole and survives a power cut. Every other result, and an exception,
    /// means that no reader will ever see the mail.</para>
    /// <para>Mails of several calls may be made durable together; the cancellation or failure of one call never fails another.</para>
    /// <para>A mail that cannot be read to its end (its stream throws <see cref="IOException"/>, or ends before <see cref="Mail.Size"/>: the host lost its spool file) is
    /// not stored.</para>
    /// <para>Blocking system calls belong on threads of the module's own, or of the host (<see cref="IBlockingMailbox"/>), not on the thread pool's.</para>
    /// </remarks>
    /// <param name="mail">The mail; it may be read until the returned task is complete, not longer.</param>
    /// <param name="cancellationToken">
    /// Heeded up to the commit point: then <see cref="OperationCanceledException"/>, and nothing is left. Ignored after it: then the true result.
    /// </param>
    /// <returns>What became of it. An exception means that the module is broken, and is answered 451.</returns>
    ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken);
}
