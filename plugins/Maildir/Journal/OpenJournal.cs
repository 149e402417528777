using MailStore.Maildir.Delivery;
using MailStore.Maildir.Interop;
using MailStore.Sdk;

namespace MailStore.Maildir.Journal;

/// <summary>The journal of an instance, as deliveries use it.</summary>
internal sealed class OpenJournal(MailJournal journal, JournalDisk disk, TimeProvider clock)
{
    private readonly (uint Major, uint Minor) _device = disk.Device;

    /// <inheritdoc cref="MailJournal.Fault"/>
    public string? Fault => journal.Fault;

    /// <summary>Makes a mail durable that lies in <c>tmp</c>.</summary>
    /// <param name="mail">The mail.</param>
    /// <param name="file">Its file, written.</param>
    /// <param name="name">Of the file.</param>
    /// <param name="place">Whose it is.</param>
    /// <param name="slot">For where it is to be.</param>
    /// <returns>Null if the journal does not take it, and the file is to be synced; else it is to be told when the mail has its name: <see cref="Leave"/>.</returns>
    /// <exception cref="PosixException">Nobody knows whether it is durable: it is to be refused.</exception>
    public JournalEntry? TryCommit(Mail mail, Descriptor file, string name, MailboxPlace place, in JournalSlot slot)
    {
        if (mail.Size > MailJournal.MaxContent || !mail.TryGetContent(out var content))
            return null;
        var status = FileStatus.Of(file);
        // a place that the administrator named may be on another disk
        if (status.Device != _device)
            return null;
        var identity = new FileIdentity(status.Inode, Posix.GenerationOf(file));
        var record = new MailRecord(place.Home, place.Claim, slot.Box, name, identity, place.Ids, mail.Arrival, clock.GetUtcNow(), slot.IsCounted);
        var entry = new JournalEntry(record, mail.Header, content);
        return journal.TryCommit(entry) ? entry : null;
    }

    public void Leave(JournalEntry entry) => journal.Leave(entry);

    /// <inheritdoc cref="MailJournal.StopAsync"/>
    public Task StopAsync(CancellationToken cancellationToken) => journal.StopAsync(cancellationToken);

    /// <inheritdoc cref="MailJournal.Dispose"/>
    public void Dispose() => journal.Dispose();
}
