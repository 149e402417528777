using System.Runtime.InteropServices;
using System.Text;

namespace MailStore.Maildir.Interop;

/// <summary>
/// Reads a directory by its descriptor, so that nobody can swap the directory for a symbolic link meanwhile: all entries but <c>.</c> and <c>..</c>, in the file
/// system's order, one at a time.
/// </summary>
internal sealed unsafe class DirectoryReader : IDisposable
{
    private const byte TypeUnknown = 0;
    private const byte TypeDirectory = 4;
    private const byte TypeRegular = 8;

    private readonly Descriptor _directory;
    private readonly nint _stream;
    private Native.DirectoryEntryHead* _head;

    /// <exception cref="PosixException">The directory cannot be read.</exception>
    public DirectoryReader(Descriptor directory)
    {
        // a descriptor of its own, opened anew: the position of a directory is shared by duplicates
        using var own = Posix.OpenDirectory(directory, ".");
        _directory = directory;
        _stream = Native.OpenStream((int)own.DangerousGetHandle());
        if (_stream == 0)
            throw new PosixException("list", directory.Path, Posix.LastError);
        own.Detach();
    }

    /// <summary>The bytes of the name, until the next call of <see cref="MoveNext"/>.</summary>
    public ReadOnlySpan<byte> Name => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(&_head->Name);

    public ulong Inode => _head->Inode;

    public FileKind Kind => _head->Type switch
    {
        TypeDirectory => FileKind.Directory,
        TypeRegular => FileKind.Regular,
        TypeUnknown => FileStatus.TryGet(_directory, Encoding.UTF8.GetString(Name))?.Kind ?? FileKind.Other,
        _ => FileKind.Other,
    };

    /// <exception cref="PosixException">The directory cannot be read on.</exception>
    public bool MoveNext()
    {
        while (true)
        {
            // LibraryImport clears errno before the call: null with 0 is the end of the directory
            _head = Native.ReadStream(_stream);
            if (_head is null)
                return Posix.LastError is 0 ? false : throw new PosixException("list", _directory.Path, Posix.LastError);
            if (!Name.SequenceEqual("."u8) && !Name.SequenceEqual(".."u8))
                return true;
        }
    }

    /// <summary>All of them at once; for directories that hold few.</summary>
    /// <exception cref="PosixException">The directory cannot be read.</exception>
    public static List<DirectoryEntry> Read(Descriptor directory)
    {
        var entries = new List<DirectoryEntry>();
        using var reader = new DirectoryReader(directory);
        while (reader.MoveNext())
            entries.Add(new DirectoryEntry(Encoding.UTF8.GetString(reader.Name), reader.Kind));
        return entries;
    }

    public void Dispose() => _ = Native.CloseStream(_stream);
}
