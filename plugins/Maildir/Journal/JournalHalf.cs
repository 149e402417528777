namespace MailStore.Maildir.Journal;

/// <summary>One of the two files, in one of its lives.</summary>
/// <param name="file">Its number.</param>
/// <param name="header">Of this life.</param>
internal sealed class JournalHalf(int file, JournalHeader header)
{
    private int _unnamed;
    private volatile bool _isFull;

    public int File => file;

    public JournalHeader Header => header;

    /// <summary>Where the next batch goes.</summary>
    public long Position { get; set; } = BatchHeader.Block;

    public bool IsEmpty => Position == BatchHeader.Block;

    /// <summary>Whether a mail in it has not got its name in the Maildir yet, so that a sync would come too early.</summary>
    public bool HasUnnamed => Volatile.Read(ref _unnamed) > 0;

    public void Enter(int mails) => Interlocked.Add(ref _unnamed, mails);

    /// <summary>No mail enters any more.</summary>
    public void Close()
    {
        _isFull = true;
        // else who leaves last might not see it, and who closes not see that he left
        Interlocked.MemoryBarrier();
    }

    /// <returns>Whether it was the last one of a file that is closed.</returns>
    public bool Leave() => Interlocked.Decrement(ref _unnamed) == 0 && _isFull;
}
