namespace MailStore.Mbox.Interop;

/// <summary>What statx tells of a file. Two that are equal are the same file, which nobody has changed in between.</summary>
internal readonly record struct FileStatus(bool IsRegular, bool IsDirectory, uint Links, ulong Device, ulong Inode, long Size, long Modified, long Changed)
{
    /// <summary>When its bytes were written last.</summary>
    public DateTimeOffset ModifiedAt => DateTimeOffset.UnixEpoch.AddTicks(Modified / TimeSpan.NanosecondsPerTick);

    /// <summary>Whether it is the same file, changed or not.</summary>
    public bool IsSame(FileStatus other) => (Device, Inode) == (other.Device, other.Inode);
}
