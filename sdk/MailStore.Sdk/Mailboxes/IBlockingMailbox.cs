namespace MailStore.Sdk;

/// <summary>
/// A mailbox that stores a mail by calls that block, as those of a file system do. The host calls <see cref="Deliver"/> in place of <see cref="IMailbox.DeliverAsync"/>, on
/// one of its own threads that are there to be blocked, so that the module needs none, and the thread that stored the mail answers it: two changes of thread less for
/// each mail. For storage behind a network, or with threads of its own, <see cref="IMailbox.DeliverAsync"/> alone serves better.
/// </summary>
/// <remarks>Safe for concurrent use, as <see cref="IMailbox"/> is. Both methods keep the same promises.</remarks>
public interface IBlockingMailbox : IMailbox
{
    /// <inheritdoc cref="IMailbox.DeliverAsync"/>
    /// <remarks>
    /// Blocks for as long as it takes; how many of them run at once the host limits, and a call that waits for a thread is part of its deadline. Who hangs in the kernel
    /// keeps one thread, and is given up as any other call.
    /// </remarks>
    DeliveryResult Deliver(Mail mail, CancellationToken cancellationToken);
}
