namespace MailStore.Maildir.Journal;

/// <summary>Where the journal is: two files of one size that are used in turns, and a marker. Any failure is a <see cref="Interop.PosixException"/>.</summary>
internal interface IJournalDisk : IDisposable
{
    /// <summary>Of each of the two files.</summary>
    long Capacity { get; }

    /// <summary>Which file the marker is.</summary>
    FileIdentity Marker { get; }

    /// <summary>Reads from one of the files.</summary>
    /// <returns>How much; less than asked for at its end.</returns>
    int Read(int file, Span<byte> bytes, long position);

    /// <summary>Writes whole blocks into one of the files.</summary>
    void Write(int file, ReadOnlySpan<byte> bytes, long position);

    /// <summary>Makes durable what was written into one of the files. After a failure nobody knows what of it is.</summary>
    void Sync(int file);

    /// <summary>
    /// Says by a change of metadata that the files of all mails up to this batch have been made. The file systems that the journal is for keep changes of metadata in order: if this one
    /// survives a power cut, so did all before it.
    /// </summary>
    void Mark(long batch);

    /// <summary>The highest batch that was marked.</summary>
    long ReadMark();

    /// <summary>Makes all mails durable in their Maildirs.</summary>
    void SyncMails();
}
