namespace MailStore.LiteDb.Storage;

/// <summary>
/// A copy of a database that is made while it is written to: its pages are copied in order, some at a time, and what is committed meanwhile to pages that
/// were copied already goes to the copy as well. When the last page is there, the copy is the database as of its last commit.
/// </summary>
/// <remarks>A fault of the place that it is written to stays here: the database itself goes on.</remarks>
internal sealed class DatabaseCopy(IBlockFile target)
{
    private const int PagesAtOnce = 128;

    private readonly byte[] _pages = new byte[PagesAtOnce * DatabasePage.Size];
    private object? _source;
    private long _copied;

    /// <summary>What befell the place that it is written to; null if nothing did.</summary>
    public IOException? Fault { get; private set; }

    /// <summary>Copies what comes next.</summary>
    /// <param name="source">Who tells of what is committed meanwhile.</param>
    /// <param name="data">The data file.</param>
    /// <param name="length">How long it is by its last commit.</param>
    /// <returns>Whether nothing is left to do.</returns>
    /// <exception cref="DamagedDatabaseException">The database is damaged: a copy of it would be no backup.</exception>
    public bool CopyNext(object source, IBlockFile data, long length)
    {
        if ((_source ??= source) != source)
            Fault ??= new IOException("the database was opened anew after a fault, and what was committed meanwhile is not in the copy; try again");
        if (Fault is not null)
            return true;
        var pages = _pages.AsSpan(0, (int)Math.Min(_pages.Length, length - _copied));
        if (data.Read(_copied, pages) < pages.Length)
            throw new DamagedDatabaseException($"it was cut off: page {_copied / DatabasePage.Size} and those behind it are not there");
        for (var at = 0; at < pages.Length; at += DatabasePage.Size)
            DatabasePage.Check(pages.Slice(at, DatabasePage.Size), _copied + at);
        Write(_copied, pages);
        _copied += pages.Length;
        return Fault is not null || _copied == length;
    }

    /// <summary>Takes over a page that was committed.</summary>
    public void Update(long position, ReadOnlySpan<byte> page)
    {
        if (position < _copied)
            Write(position, page);
    }

    private void Write(long position, ReadOnlySpan<byte> data)
    {
        try
        {
            if (Fault is null)
                target.Write(position, data);
        }
        catch (IOException e)
        {
            Fault = e;
        }
        catch (ObjectDisposedException e)
        {
            Fault = new IOException("the copy was given up", e);
        }
    }
}
