namespace MailStore.Maildir.Interop;

/// <summary>Lists a directory of any size piece by piece. Used by one thread at a time.</summary>
internal sealed class DirectoryCursor(Descriptor directory) : IDisposable
{
    private const int PieceSize = 256;

    private nint _stream = DirectoryReader.Open(directory);

    /// <summary>The next entries; none at the end.</summary>
    public IReadOnlyList<DirectoryEntry> ReadNext()
    {
        var entries = new List<DirectoryEntry>(PieceSize);
        while (entries.Count < PieceSize && DirectoryReader.ReadNext(directory, _stream) is { } entry)
            entries.Add(entry);
        return entries;
    }

    public void Dispose()
    {
        if (_stream != 0)
            _ = Native.CloseStream(_stream);
        _stream = 0;
        directory.Dispose();
    }
}
