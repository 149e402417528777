using System.Text;

namespace MailStore.Maildir.Interop;

/// <summary>Lists a directory of any size piece by piece. Used by one thread at a time.</summary>
internal sealed class DirectoryCursor(Descriptor directory) : IDisposable
{
    private const int PieceSize = 256;

    private readonly DirectoryReader _reader = new(directory);

    /// <summary>The next entries; none at the end.</summary>
    public IReadOnlyList<DirectoryEntry> ReadNext()
    {
        var entries = new List<DirectoryEntry>(PieceSize);
        while (entries.Count < PieceSize && _reader.MoveNext())
            entries.Add(new DirectoryEntry(Encoding.UTF8.GetString(_reader.Name), _reader.Kind));
        return entries;
    }

    public void Dispose()
    {
        _reader.Dispose();
        directory.Dispose();
    }
}
