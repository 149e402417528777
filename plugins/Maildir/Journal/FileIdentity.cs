using MailStore.Maildir.Interop;

namespace MailStore.Maildir.Journal;

/// <summary>A file whatever its name is: a mail that its user renamed, moved to another folder or linked a second time is still the one that was delivered.</summary>
/// <param name="Inode">Its number, which another file may get once this one is removed.</param>
/// <param name="Generation">What tells the two apart.</param>
internal readonly record struct FileIdentity(ulong Inode, uint Generation)
{
    public static FileIdentity Of(Descriptor file) => new(FileStatus.Of(file).Inode, Posix.GenerationOf(file));
}
