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
        // a descriptor of its own, opened anew: the position of a directory is shared by duplicates
        using var own = Posix.OpenDirectory(directory, ".");
        var stream = Native.OpenStream((int)own.DangerousGetHandle());
        if (stream == 0)
            throw new PosixException("list", directory.Path, Posix.LastError);
        own.Detach();
        try
        {
            return Read(directory, stream);
        }
        finally
        {
            _ = Native.CloseStream(stream);
        }
    }

    private static List<DirectoryEntry> Read(Descriptor directory, nint stream)
    {
        var entries = new List<DirectoryEntry>();
        while (true)
        {
            // LibraryImport clears errno before the call: null with 0 is the end of the directory
            var head = Native.ReadStream(stream);
            if (head is null)
                return Posix.LastError is 0 ? entries : throw new PosixException("list", directory.Path, Posix.LastError);

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
            entries.Add(new DirectoryEntry(name, kind));
        }
    }
}
