using MailStore.LiteDb.Mails.Places;
using MailStore.LiteDb.Storage;
using MailStore.Sdk;

namespace MailStore.LiteDb.Mails.Files;

/// <summary>Mail files on disk.</summary>
internal sealed class DiskOpener(RootGuard roots) : IMailFileOpener
{
    public DatabaseFiles Open(string path, string? createBelow, bool isShared)
    {
        if (createBelow is null)
            return DatabaseFolder.Open(DatabaseKind.Mails, path, null);

        roots.Ensure(createBelow);
        RootGuard.MakeFolders(Path.GetDirectoryName(path)!, createBelow);
        if (isShared && roots.WasMade(path, out var record) && !FileNames.IsTaken(path))
            throw new TemporaryFailureException($"the mail file {path} has vanished; mount its disk or restore it from the backup, or, if it is gone for good, remove {record}");
        var files = DatabaseFolder.Open(DatabaseKind.Mails, path, MailDatabase.CreateImage);
        if (isShared && files.Created)
            roots.Remember(path);
        return files;
    }

    public void Remove(string path)
    {
        File.Delete(path);
        Durable.SyncParent(path);
    }
}
