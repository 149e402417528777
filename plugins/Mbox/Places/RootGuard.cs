using System.Text;
using MailStore.Mbox.Interop;
using MailStore.Mbox.Paths;
using MailStore.Sdk;

namespace MailStore.Mbox.Places;

/// <summary>
/// Sees to it that no mbox file is made below a disk that is not mounted. When a root is used for the first time, a file in it (<c>.mailstore-root</c>)
/// and one in the data directory (<c>mbox-roots/…</c>) say so. From then on the root must be there, and must bear that file: an empty mount point does
/// not. Only at the first time, and only below the data directory, is a root made.
/// </summary>
internal sealed class RootGuard(ModuleContext context)
{
    public const string Mark = ".mailstore-root";

    /// <summary>Lets the caller go on only if files may be made in the root.</summary>
    /// <exception cref="TemporaryFailureException">It is not there, or not what it was.</exception>
    public void Ensure(string root)
    {
        if (Find(root) is { } fault)
            throw new TemporaryFailureException(fault);
        var record = RecordOf(root);
        if (File.Exists(record))
            return;
        if (IsOurs(root))
            MakeFolders(root, context.DataDirectory);
        Write(Path.Combine(root, Mark), "");
        // the record last: a crash before it repeats all this
        MakeFolders(Path.GetDirectoryName(record)!, context.DataDirectory);
        Write(record, root + "\n");
    }

    /// <summary>Looks whether files may be made in the root; changes nothing.</summary>
    /// <returns>What is wrong and what to do; null if all is well.</returns>
    public string? Find(string root)
    {
        var exists = Directory.Exists(root);
        var record = RecordOf(root);
        if (!File.Exists(record))
        {
            return exists || IsOurs(root)
                ? null
                : $"the directory {root} for mbox files does not exist, and MailStore makes none outside of its data directory; mount it, or make it (and give it to the server's user)";
        }

        if (!exists)
            return $"the directory {root} for mbox files has vanished; mount its disk again, or, if it is gone for good, remove {record}";
        return File.Exists(Path.Combine(root, Mark))
            ? null
            : $"the directory {root} for mbox files is not the one that was used before: it has no file {Mark}; mount its disk, or, if it is the right one, make that empty file";
    }

    /// <summary>As <see cref="Find"/>, for the roots that were ever used and have this file below them.</summary>
    public string? FindAbove(string file)
    {
        var records = Path.GetDirectoryName(RecordOf(file))!;
        foreach (var record in Directory.Exists(records) ? Directory.EnumerateFiles(records) : [])
        {
            var root = File.ReadLines(record).FirstOrDefault();
            if (root is not null && file.StartsWith(root + "/", StringComparison.Ordinal) && RecordOf(root) == record && Find(root) is { } fault)
                return fault;
        }

        return null;
    }

    /// <summary>Makes a directory and those above it, durably. Also one that is there is synced: another attempt may have made it, and not come so far.</summary>
    /// <param name="folder">The directory.</param>
    /// <param name="below">One above it, which is there for good.</param>
    public static void MakeFolders(string folder, string below)
    {
        if (folder.Length <= below.TrimEnd('/').Length)
            return;
        MakeFolders(Path.GetDirectoryName(folder)!, below);
        Posix.MakeDirectory(folder);
    }

    private bool IsOurs(string root) => (root + "/").StartsWith(context.DataDirectory.TrimEnd('/') + "/", StringComparison.Ordinal);

    private string RecordOf(string path) => Path.Combine(context.DataDirectory, "mbox-roots", NameEscape.Hash(path, 16));

    // whole from its first moment; a second one that does the same does no harm
    private static void Write(string path, string text)
    {
        var draft = $"{path}.{Guid.NewGuid():n}";
        Posix.CreateText(draft, Encoding.UTF8.GetBytes(text), isDurable: true);
        Posix.Rename(draft, path);
        Posix.SyncDirectory(Path.GetDirectoryName(path)!);
    }
}
