namespace MailStore.Maildir.Interop;

/// <summary>What statx tells of a file or directory; of its mode, the bits that chmod sets.</summary>
internal readonly record struct FileStatus(FileKind Kind, uint Mode, long Size, uint Links, uint Uid, uint Gid, DateTimeOffset Modified, DateTimeOffset Changed)
{
    private const int SymlinkNoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicStats = 0x7ff;

    public ulong Inode { get; private init; }

    /// <summary>Of the file system, as <c>/sys/dev/block</c> names it: major and minor.</summary>
    public (uint Major, uint Minor) Device { get; private init; }

    public bool IsDirectory => Kind == FileKind.Directory;

    public bool IsRegular => Kind == FileKind.Regular;

    /// <summary>Looks at what is open.</summary>
    public static FileStatus Of(Descriptor descriptor) =>
        TryGet(descriptor, "", EmptyPath) ?? throw new PosixException("look at", descriptor.Path, Errno.NoEntry);

    /// <summary>Looks at an entry of a directory, not through a symbolic link; null if there is none.</summary>
    public static FileStatus? TryGet(Descriptor directory, string name) => TryGet(directory, name, SymlinkNoFollow);

    /// <summary>Looks at a path, through symbolic links (the administrator may have put some); null if there is nothing.</summary>
    public static FileStatus? TryGet(string path) => TryGet(Descriptor.None, path, 0);

    private static unsafe FileStatus? TryGet(Descriptor directory, string name, int flags)
    {
        Native.StatXBuffer buffer;
        while (Native.StatX(directory, name, flags, BasicStats, &buffer) < 0)
        {
            switch (Posix.LastError)
            {
                case Errno.Interrupted:
                    continue;
                case Errno.NoEntry or Errno.NotADirectory:
                    return null;
                case var errno:
                    throw new PosixException("look at", directory.PathOf(name), errno);
            }
        }

        var kind = (buffer.Mode & 0xf000) switch
        {
            0x4000 => FileKind.Directory,
            0x8000 => FileKind.Regular,
            _ => FileKind.Other,
        };
        return new FileStatus(
            kind, buffer.Mode & 0xfffu, buffer.Size, buffer.Links, buffer.Uid, buffer.Gid,
            Time(buffer.ModificationSeconds, buffer.ModificationNanoseconds), Time(buffer.ChangeSeconds, buffer.ChangeNanoseconds))
        {
            Inode = buffer.Inode,
            Device = (buffer.DeviceMajor, buffer.DeviceMinor),
        };
    }

    private static DateTimeOffset Time(long seconds, uint nanoseconds)
    {
        // a file system may tell times that no calendar of .NET has
        var clamped = Math.Clamp(seconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds());
        return DateTimeOffset.FromUnixTimeSeconds(clamped).AddTicks(clamped == seconds ? nanoseconds / TimeSpan.NanosecondsPerTick : 0);
    }
}
