namespace MailStore.Maildir.Journal;

/// <summary>
/// The mails that an attempt to replay a journal has dealt with. Where it comes to no end, because the disk is full, the server serves meanwhile: what a reader removes then must not come back by the next
/// attempt. Of one process; whoever comes after a crash begins anew.
/// </summary>
internal sealed class ReplayMemory
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public bool IsSettled(FoundMail mail) => _names.Contains(mail.Record.Name);

    public void Settle(FoundMail mail) => _names.Add(mail.Record.Name);

    /// <summary>After an error of the disk nobody knows what of all that is on it.</summary>
    public void Clear() => _names.Clear();
}
