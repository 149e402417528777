namespace MailStore.Maildir.Interop;

/// <summary>One entry of a directory.</summary>
internal readonly record struct DirectoryEntry(string Name, FileKind Kind);
