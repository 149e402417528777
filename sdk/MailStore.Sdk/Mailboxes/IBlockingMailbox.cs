namespace MailStore.Sdk;

/// <summary>
/// A mailbox that stores a mail by calls that block, as those of a file system do. The host calls <see cref="Deliver"/> in place of <see cref="IMailbox.DeliverAsync"/> as long
/// as one of the threads is free that it keeps to be blocked, and the thread that stored the mail answers it: two changes of thread less for each mail. Where all are busy it calls
/// <see cref="IMailbox.DeliverAsync"/>. For storage behind a network that one alone serves better.
/// </summary>
/// <remarks>Safe for concurrent use, as <see cref="IMailbox"/> is. Both methods keep the same promises.</remarks>
public interface IBlockingMailbox : IMailbox
{
    /// <inheritdoc cref="IMailbox.DeliverAsync"/>
    /// <remarks>
    /// Blocks for as long as it takes; how many of them run at once the host limits. Who hangs in the kernel keeps one thread, and is given up as any other call.
    /// </remarks>
    DeliveryResult Deliver(Mail mail, CancellationToken cancellationToken);
}
