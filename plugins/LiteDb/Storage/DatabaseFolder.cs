using MailStore.Sdk;

namespace MailStore.LiteDb.Storage;

/// <summary>Opens the files of a database on disk, for one process only, and makes the database where there is none.</summary>
internal static class DatabaseFolder
{
    private const int WouldBlock = 11;

    /// <summary>The journal beside a data file.</summary>
    public static string JournalOf(string path) => path + "-journal";

    /// <summary>Opens the database at this path.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="path">The data file.</param>
    /// <param name="createImage">Gives the bytes of a new, empty database; null where none is to be made.</param>
    public static DatabaseFiles Open(DatabaseKind kind, string path, Func<byte[]>? createImage)
    {
        if (Directory.Exists(path))
            throw new ModuleConfigurationException($"{path} is a directory, but the {kind.Noun} is a file; choose another 'path' in {kind.Table}");
        if (FileNames.IsTaken(LogOfLiteDb(path)))
        {
            throw new ModuleConfigurationException(
                $"{LogOfLiteDb(path)} was left by another program that wrote to {path}; open and close the database with that program, so that the log is merged, then start again");
        }

        var created = !FileNames.IsTaken(path) && Create(kind, path, createImage);
        var data = OpenLocked(path, path, FileMode.Open);
        try
        {
            var journal = JournalOf(path);
            var files = new DatabaseFiles(path, data, DiskFile.Open(journal, FileMode.OpenOrCreate, FileShare.Read), created, () => Remove(journal));
            Durable.SyncParent(path);
            return files;
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>Makes the new database under another name first: the data file is whole from its first moment, and an empty one is always damage.</summary>
    private static bool Create(DatabaseKind kind, string path, Func<byte[]>? createImage)
    {
        var journal = JournalOf(path);
        if (FileNames.IsTaken(journal) && !FileNames.IsTaken(path))
        {
            throw new ModuleConfigurationException(
                $"{path} is missing, but its journal {journal} is there; put the database back, or remove the journal too to start without {kind.Contents}");
        }

        if (createImage is null)
            throw new TemporaryFailureException($"the {kind.Noun} {path} is missing; mount its disk, or restore it from the backup");
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
            throw new ModuleConfigurationException($"the directory {folder} for the {kind.Noun} does not exist; create it, or mount what belongs there");

        var draft = path + ".new";
        using (var file = OpenLocked(path, draft, FileMode.OpenOrCreate))
        {
            file.SetLength(0);
            file.Write(0, createImage());
            file.Sync();
            if (!FileNames.TryRename(draft, path))
            {
                // Another process was quicker; it holds the lock, or has let go of it.
                File.Delete(draft);
                return false;
            }
        }

        Durable.SyncParent(path);
        return true;
    }

    private static DiskFile OpenLocked(string path, string file, FileMode mode)
    {
        try
        {
            return DiskFile.Open(file, mode, FileShare.None);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            throw new TemporaryFailureException(
                $"{path} is in use by another process{Owner(path)}: is another mailstore running? Stop it, or give this one a data_dir of its own", e);
        }
    }

    private static string Owner(string path)
    {
        try
        {
            using var file = File.OpenHandle(JournalOf(path));
            var header = new byte[Journal.HeaderSize];
            return RandomAccess.Read(file, header, 0) == header.Length && Journal.ReadOwner(header) is { } pid ? $" (pid {pid})" : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static void Remove(string journal)
    {
        File.Delete(journal);
        Durable.SyncParent(journal);
    }

    private static string LogOfLiteDb(string path) =>
        Path.Combine(Path.GetDirectoryName(path)!, Path.GetFileNameWithoutExtension(path) + "-log" + Path.GetExtension(path));
}
