using LiteDB;
using MailStore.LiteDb.Mails.Places;
using MailStore.Sdk;

namespace MailStore.LiteDb.Mails.Files;

/// <summary>
/// The writes to a file that share one transaction and one fsync, with what they count. Each is decided on the state that those before it leave: many mails
/// at once never exceed a quota together.
/// </summary>
internal sealed class MailBatch(MailDatabase database)
{
    private readonly Dictionary<(string User, long Life), MailboxState?> _mailboxes = [];
    private readonly List<(MailKey Key, NewMail Mail)> _mails = [];
    private readonly Dictionary<string, BsonDocument> _changed = new(StringComparer.Ordinal);
    private readonly List<BsonDocument> _removed = [];
    private long _lastNumber = database.LastNumber;

    /// <summary>The mailboxes that were touched.</summary>
    public IEnumerable<MailboxState> Mailboxes => _mailboxes.Values.OfType<MailboxState>();

    public IReadOnlyList<(MailKey Key, NewMail Mail)> Mails => _mails;

    /// <summary>The records that get other flags, of mails that stay.</summary>
    public IReadOnlyList<BsonDocument> Changed => [.. _changed.Values.Where(record => !IsRemoved(record))];

    /// <summary>The records of the mails to remove.</summary>
    public IReadOnlyList<BsonDocument> Removed => _removed;

    /// <summary>The greatest number that was ever given to a mailbox.</summary>
    public long LastNumber => _lastNumber;

    public bool IsEmpty { get; private set; } = true;

    /// <summary>The mailbox of a place; null if it is not in this file (any more).</summary>
    public MailboxState? Find(MailboxPlace place) => Find(place.User, place.Life) is { } mailbox && mailbox.Number == place.Number ? mailbox : null;

    /// <summary>Makes a mailbox, or finds the one that another attempt for this life of the user has made.</summary>
    public MailboxState Make(string user, long life)
    {
        if (Find(user, life) is { } found)
            return found;
        IsEmpty = false;
        var made = new MailboxState(MailDocuments.OwnerId(user, life), ++_lastNumber);
        _mailboxes[(user, life)] = made;
        return made;
    }

    /// <summary>Makes a mailbox that an allocation tells of and that is gone, under its number.</summary>
    /// <returns>False if another one has that number, or it is there by now.</returns>
    public bool TryRestore(MailboxPlace place)
    {
        if (Find(place.User, place.Life) is not null || database.IsTaken(place.Number))
            return false;
        IsEmpty = false;
        _mailboxes[(place.User, place.Life)] = Recounted(new MailboxState(MailDocuments.OwnerId(place.User, place.Life), place.Number));
        _lastNumber = Math.Max(_lastNumber, place.Number);
        return true;
    }

    /// <summary>Counts a mailbox anew. Before any mail of this batch goes to it.</summary>
    public void Recount(MailboxState mailbox)
    {
        IsEmpty = false;
        Recounted(mailbox);
    }

    /// <summary>Adds a mail and counts it.</summary>
    public MailKey Store(MailboxState mailbox, NewMail mail)
    {
        IsEmpty = false;
        var key = new MailKey(mailbox.Number, mail.Folder, mail.Arrival.ToUnixTimeMilliseconds(), ++mailbox.LastSequence);
        mailbox.HasNewMail = true;
        mailbox.Count++;
        mailbox.Bytes += mail.Size;
        _mails.Add((key, mail));
        return key;
    }

    /// <summary>Reads the records of a mailbox's mails, of those that were there before the batch and that it does not remove.</summary>
    public List<BsonDocument> ReadMails(MailboxState mailbox, int count)
    {
        var records = database.ReadMails(mailbox.Number, null, count);
        records.RemoveAll(IsRemoved);
        return records;
    }

    /// <summary>Gives a mail other flags.</summary>
    /// <returns>False if it is not there.</returns>
    public bool TrySetFlags(MailboxState mailbox, MailKey key, MailFlags flags)
    {
        if (Find(mailbox, key) is not { } record)
            return false;
        IsEmpty = false;
        MailDocuments.SetFlags(record, flags);
        _changed[key.FileId] = record;
        return true;
    }

    /// <summary>Removes a mail by its key, and counts it.</summary>
    /// <returns>False if it is not there.</returns>
    public bool TryRemove(MailboxState mailbox, MailKey key)
    {
        if (Find(mailbox, key) is not { } record)
            return false;
        Remove(mailbox, record);
        return true;
    }

    /// <summary>Removes a mail and counts it.</summary>
    public void Remove(MailboxState mailbox, BsonDocument record)
    {
        IsEmpty = false;
        mailbox.Count--;
        mailbox.Bytes -= MailDocuments.SizeOf(record);
        _removed.Add(record);
    }

    /// <summary>Removes a mailbox; all its mails are gone already.</summary>
    public void Remove(MailboxState mailbox)
    {
        IsEmpty = false;
        mailbox.IsRemoved = true;
    }

    // one that this batch adds is known to nobody yet
    private BsonDocument? Find(MailboxState mailbox, MailKey key) =>
        key.Mailbox == mailbox.Number && (_changed.GetValueOrDefault(key.FileId) ?? database.FindMail(key)) is { } record && !IsRemoved(record) ? record : null;

    private bool IsRemoved(BsonDocument record) => _removed.Exists(removed => removed["_id"] == record["_id"]);

    private MailboxState Recounted(MailboxState mailbox)
    {
        var totals = database.CountMails(mailbox.Number);
        (mailbox.Count, mailbox.Bytes, mailbox.LastSequence) = (totals.Count, totals.Bytes, Math.Max(mailbox.LastSequence, totals.LastSequence));
        return mailbox;
    }

    private MailboxState? Find(string user, long life)
    {
        if (!_mailboxes.TryGetValue((user, life), out var mailbox))
            _mailboxes.Add((user, life), mailbox = database.FindMailbox(MailDocuments.OwnerId(user, life)));
        return mailbox is { IsRemoved: true } ? null : mailbox;
    }
}
