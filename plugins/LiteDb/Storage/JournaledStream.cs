namespace MailStore.LiteDb.Storage;

/// <summary>
/// The data file as LiteDB's engine sees it. What LiteDB writes between two calls of <see cref="Flush"/> reaches the file as one: all of it or,
/// after a crash or a power cut, none of it; and it is durable when <see cref="Flush"/> returns.
/// </summary>
/// <remarks>
/// <para>Why LiteDB's own log does not serve: in 5.0.20 a commit returns when its pages are in a queue of a background task; they reach the file later, and its
/// fsync later still. The pages of the log bear no checksum, and one page says that the transaction is complete: after a power cut it may be on disk while
/// others of the transaction are not (they are taken for blank and skipped), and the database is broken. So LiteDB's log is kept in memory, each commit
/// is followed by LiteDB's checkpoint, which writes its pages here and flushes, and the <see cref="Journal"/> makes that durable by one fsync.</para>
/// <para>Used by one thread.</para>
/// </remarks>
internal sealed class JournaledStream : Stream
{
    /// <summary>How large the journal may grow before the data file is synced and the journal starts anew.</summary>
    internal const long JournalLimit = 4 << 20;

    /// <summary>From which growth on the data file is synced instead of its new pages written to the journal as well.</summary>
    internal const long LargeGrowth = 512 << 10;

    private readonly IBlockFile _data;
    private readonly Journal _journal;
    private readonly SortedDictionary<long, byte[]> _pending = [];
    private readonly List<DatabaseCopy> _copies = [];
    private long _committedLength;
    private long _length;
    private bool _closed;

    private JournaledStream(IBlockFile data, Journal journal, int replayed)
    {
        _data = data;
        _journal = journal;
        _length = _committedLength = data.Length;
        Replayed = replayed;
    }

    /// <summary>How many commits of an earlier process or engine were written again.</summary>
    public int Replayed { get; }

    /// <summary>How many pages the last commit wrote.</summary>
    public int PagesOfLastCommit { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => !_closed;

    public override long Length => _length;

    public override long Position { get; set; }

    /// <summary>Brings the data file to its last commit, checks what can be checked without reading it all, and starts the journal anew.</summary>
    /// <exception cref="DamagedDatabaseException">It is no database of this kind, or was cut off.</exception>
    public static JournaledStream Open(IBlockFile data, IBlockFile journalFile)
    {
        if (data.Length == 0)
            throw new DamagedDatabaseException("it is empty (0 bytes), which a user database never is, not even without users");

        var journal = new Journal(journalFile);
        var replayed = journal.ReplayTo(data);
        var header = new byte[DatabasePage.Size];
        if (data.Read(0, header) < header.Length || !DatabasePage.IsHeader(header))
            throw new DamagedDatabaseException("it does not start like a LiteDB 5 database");
        DatabasePage.Unseal(header, 0);
        var expected = DatabasePage.ExpectedLength(header);
        if (data.Length < expected)
            throw new DamagedDatabaseException($"it was cut off: {data.Length} bytes of {expected} are there");

        // Pages behind the end are the growth of a commit that did not come about.
        if (data.Length > expected)
            data.SetLength(expected);
        data.Sync();
        journal.Reset();
        return new JournaledStream(data, journal, replayed);
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var page = WholePage(buffer, offset, count);
        if (_pending.TryGetValue(Position, out var written))
        {
            written.CopyTo(page);
        }
        else
        {
            if (_data.Read(Position, page) < page.Length)
                throw new DamagedDatabaseException($"page {Position / DatabasePage.Size} lies behind the end of the file");
            DatabasePage.Unseal(page, Position);
        }

        Position += count;
        return count;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        ThrowIfClosed();
        _pending[Position] = WholePage(buffer, offset, count).ToArray();
        Position += count;
        _length = Math.Max(_length, Position);
    }

    /// <summary>Commits what was written since the last call. On an exception the outcome is unknown until the file is opened anew.</summary>
    public override void Flush()
    {
        ThrowIfClosed();
        if (_pending.Count == 0)
            return;

        _closed = true;
        foreach (var page in _pending.Values)
            DatabasePage.Seal(page);

        // The growth goes first: nothing refers to it yet, and a full disk is found out while nothing is promised.
        foreach (var (position, page) in _pending)
        {
            if (position >= _committedLength)
                _data.Write(position, page);
        }

        PagesOfLastCommit = _pending.Count;
        if (_length - _committedLength >= LargeGrowth)
        {
            // One more sync is cheaper than to write it all twice: the pages that the journal tells of refer to none that is not durable.
            _data.Sync();
            _journal.Append([.. _pending.Where(page => page.Key < _committedLength)]);
        }
        else
        {
            _journal.Append(_pending);
        }

        foreach (var (position, page) in _pending)
        {
            if (position < _committedLength)
                _data.Write(position, page);
            foreach (var copy in _copies)
                copy.Update(position, page);
        }

        _copies.RemoveAll(copy => copy.Fault is not null);
        _pending.Clear();
        _committedLength = _length;
        if (_journal.Length > JournalLimit)
            Settle();
        _closed = false;
    }

    /// <summary>Goes on with a copy of the database.</summary>
    /// <returns>Whether it is complete: then it is no longer kept up to date.</returns>
    public bool CopyTo(DatabaseCopy copy)
    {
        if (!_copies.Contains(copy))
            _copies.Add(copy);
        var isComplete = copy.CopyNext(this, _data, _committedLength);
        if (isComplete)
            _copies.Remove(copy);
        return isComplete;
    }

    /// <summary>Makes the data file durable, so that it is whole without the journal.</summary>
    public void Settle()
    {
        _data.Sync();
        _journal.Reset();
    }

    /// <summary>Lets nothing through any more: what LiteDB does while it closes after a fault must not reach the file.</summary>
    public void Abandon() => _closed = true;

    public override void SetLength(long value) => throw new NotSupportedException("the data file grows by pages and never shrinks while it is open");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("LiteDB sets the position");

    private static Span<byte> WholePage(byte[] buffer, int offset, int count) => count == DatabasePage.Size
        ? buffer.AsSpan(offset, count)
        : throw new NotSupportedException($"LiteDB reads and writes pages of {DatabasePage.Size} bytes, not {count} bytes");

    private void ThrowIfClosed()
    {
        if (_closed)
            throw new IOException("the database was closed after a fault");
    }
}
