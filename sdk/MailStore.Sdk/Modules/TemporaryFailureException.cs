namespace MailStore.Sdk;

/// <summary>
/// What the module stands on (disk, database, network) does not serve now; a later try may succeed. The module itself is not at fault:
/// the host logs the message, answers 451 (or 452), and does not count it against the module.
/// </summary>
/// <remarks>
/// For calls whose result cannot say so. <see cref="IMailbox.DeliverAsync"/> returns <see cref="DeliveryResult.TemporaryFailure"/> instead.
/// Any other exception means that the module is broken.
/// </remarks>
public sealed class TemporaryFailureException : Exception
{
    /// <summary>Makes an exception with a message for the administrator.</summary>
    /// <param name="message">What happened, where (path, server, user), and what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public TemporaryFailureException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }

    /// <summary>Whether room is what lacks; then the MTA is told 452 4.3.1 instead of 451 4.3.0.</summary>
    public bool StorageFull { get; init; }
}
