using MailStore.LiteDb.Storage;

namespace MailStore.LiteDb.Mails.Files;

/// <summary>Where mail files come from: a disk, or what a test puts in its place. Blocks.</summary>
internal interface IMailFileOpener
{
    /// <summary>Opens a file, and makes it if that is asked for.</summary>
    /// <param name="path">The file.</param>
    /// <param name="createBelow">The root below which it is to be made if it is not there; null where it must be there.</param>
    /// <param name="isShared">Whether it is one for all, which is made once only.</param>
    DatabaseFiles Open(string path, string? createBelow, bool isShared);

    /// <summary>Removes a file that was closed in order.</summary>
    void Remove(string path);
}
