using MailStore.Maildir.Interop;
using MailStore.Maildir.Journal;

namespace MailStore.Plugins.Tests.Maildir.Journal;

/// <summary>The files of a journal in memory, and what was asked of the disk. Thread-safe as far as the journal itself calls it.</summary>
internal sealed class FakeJournalDisk(int capacity = 1 << 20) : IJournalDisk
{
    private readonly List<string> _calls = [];
    private int _mailSyncs;

    public byte[][] Files { get; } = [new byte[capacity], new byte[capacity]];

    public long Capacity => capacity;

    public FileIdentity Marker { get; set; } = new(7, 8);

    public long Marked { get; set; }

    /// <summary>Run in each call of <see cref="Sync"/>; may throw.</summary>
    public Action OnSync { get; set; } = static () => { };

    public Action OnSyncMails { get; set; } = static () => { };

    public int MailSyncs => Volatile.Read(ref _mailSyncs);

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_calls)
                return [.. _calls];
        }
    }

    public int Syncs(int file) => Calls.Count(call => call == $"sync {file}");

    public static PosixException Fault(string what = "fdatasync") => new(what, "the journal", (Errno)5);

    public int Read(int file, Span<byte> bytes, long position)
    {
        var rest = Files[file].AsSpan((int)Math.Min(position, capacity));
        var length = Math.Min(rest.Length, bytes.Length);
        rest[..length].CopyTo(bytes);
        return length;
    }

    public void Write(int file, ReadOnlySpan<byte> bytes, long position)
    {
        Assert.DoesNotContain("close", Calls);
        Note($"write {file}");
        Assert.Equal(0, position % BatchHeader.Block);
        Assert.Equal(0, bytes.Length % BatchHeader.Block);
        bytes.CopyTo(Files[file].AsSpan((int)position));
    }

    public void Sync(int file)
    {
        Note($"sync {file}");
        OnSync();
    }

    public void Mark(long batch)
    {
        Note("mark");
        Marked = batch;
    }

    public long ReadMark() => Marked;

    public void SyncMails()
    {
        Note("sync mails");
        OnSyncMails();
        Interlocked.Increment(ref _mailSyncs);
    }

    public void Dispose() => Note("close");

    private void Note(string call)
    {
        lock (_calls)
            _calls.Add(call);
    }
}
