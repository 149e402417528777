using System.Runtime.InteropServices;

namespace MailStore.Maildir.Interop;

/// <summary>Lists a directory by its descriptor, so that nobody can swap the directory for a symbolic link meanwhile.</summary>
internal static unsafe class DirectoryReader
{
    private const byte TypeUnknown = 0;
    private const byte TypeDirectory = 4;
    private const byte TypeRegular = 8;

    /// <summary>All entries but <c>.</c> and <c>..</c>, in the file system's order.</summary>
    /// <exception cref="PosixException">The directory cannot be read.</exception>
    public static List<DirectoryEntry> Read(Descriptor directory)
    {
        var stream = Open(directory);
        try
        {
            var entries = new List<DirectoryEntry>();
            while (ReadNext(directory, stream) is { } entry)
                entries.Add(entry);
            return entries;
        }
        finally
        {
            _ = Native.CloseStream(stream);
        }
    }

    /// <summary>Begins a listing; its end is <see cref="Native.CloseStream"/>.</summary>
    public static nint Open(Descriptor directory)
    {
        // a descriptor of its own, opened anew: the position of a directory is shared by duplicates
        using var own = Posix.OpenDirectory(directory, ".");
        var stream = Native.OpenStream((int)own.DangerousGetHandle());
        if (stream == 0)
            throw new PosixException("list", directory.Path, Posix.LastError);
        own.Detach();
        return stream;
    }

    /// <summary>The next entry; null at the end.</summary>
    public static DirectoryEntry? ReadNext(Descriptor directory, nint stream)
    {
        while (true)
        {
            // LibraryImport clears errno before the call: null with 0 is the end of the directory
            var head = Native.ReadStream(stream);
            if (head is null)
                return Posix.LastError is 0 ? null : throw new PosixException("list", directory.Path, Posix.LastError);

            var name = Marshal.PtrToStringUTF8((nint)(&head->Name))!;
            if (name is "." or "..")
                continue;
            var kind = head->Type switch
            {
                TypeDirectory => FileKind.Directory,
                TypeRegular => FileKind.Regular,
                TypeUnknown => FileStatus.TryGet(directory, name)?.Kind ?? FileKind.Other,
                _ => FileKind.Other,
            };
            return new DirectoryEntry(name, kind);
        }
    }
}
