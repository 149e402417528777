namespace MailStore.Maildir.Interop;

/// <summary>What a directory entry is.</summary>
internal enum FileKind
{
    Other,
    Regular,
    Directory,
}
