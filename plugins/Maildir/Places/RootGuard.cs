using System.Text;
using MailStore.Maildir.Interop;
using MailStore.Maildir.Paths;
using MailStore.Sdk;

namespace MailStore.Maildir.Places;

/// <summary>
/// Sees to it that no mailbox is made below a disk that is not mounted. When a root is used for the first time, a file in it
/// (<c>.mailstore-root</c>) and one in the data directory (<c>maildir/roots/…</c>) say so. From then on the root must be there, and must bear
/// that file: an empty mount point does not. Only at the first time, and only below the data directory, is a root made.
/// </summary>
/// <remarks>A root that cannot be written to (its users' directories were made by the administrator) has no file in it, and must just be there.</remarks>
internal sealed class RootGuard(ModuleContext context, bool usersHaveUids)
{
    public const string Mark = ".mailstore-root";

    private const string Unmarked = "unmarked";
    private const uint PublicMode = 0x1a4; // 0644

    /// <summary>Lets the caller go on only if places may be made in the root.</summary>
    /// <exception cref="TemporaryFailureException">It is not there, or not what it was.</exception>
    public void Ensure(string root)
    {
        try
        {
            if (Find(root) is { } fault)
                throw new TemporaryFailureException(fault);
            if (!File.Exists(RecordOf(root)))
                Begin(root);
        }
        catch (PosixException e)
        {
            throw e.ToTemporaryFailure();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TemporaryFailureException($"the records of roots in {context.DataDirectory}/maildir cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Looks whether places may be made in the root; changes nothing.</summary>
    /// <returns>What is wrong and what to do; null if all is well.</returns>
    public string? Find(string root)
    {
        var exists = FileStatus.TryGet(root) is { IsDirectory: true };
        var record = RecordOf(root);
        if (!File.Exists(record))
        {
            return exists || IsOurs(root)
                ? null
                : $"the mail directory {root} does not exist, and MailStore makes none outside of its data directory; mount it, or make it (and give it to the server's user)";
        }

        if (!exists)
            return $"the mail directory {root} has vanished; mount its disk again, or, if it is gone for good, remove {record}";
        var isMarked = !File.ReadAllText(record).Contains(Unmarked, StringComparison.Ordinal);
        return isMarked && FileStatus.TryGet($"{root}/{Mark}") is null
            ? $"the mail directory {root} is not the one that was used before: it has no file {Mark}; mount its disk, or, if it is the right one, make that empty file"
            : null;
    }

    /// <summary>As <see cref="Find"/>, for the roots that were ever used and have this place below them.</summary>
    public string? FindAbove(string home)
    {
        var records = Path.GetDirectoryName(RecordOf(home))!;
        foreach (var record in Directory.Exists(records) ? Directory.EnumerateFiles(records) : [])
        {
            var root = File.ReadLines(record).FirstOrDefault();
            if (root is not null && home.StartsWith(root + "/", StringComparison.Ordinal) && RecordOf(root) == record && Find(root) is { } fault)
                return fault;
        }

        return null;
    }

    private bool IsOurs(string root) => root.StartsWith(context.DataDirectory.TrimEnd('/') + "/", StringComparison.Ordinal);

    private string RecordOf(string root) => Path.Combine(context.DataDirectory, "maildir", "roots", NameEscape.Hash(root, 16));

    private void Begin(string root)
    {
        // also one that is there: an earlier attempt may have made it, and not made it durable
        if (IsOurs(root))
            DurablePath.Make(context.DataDirectory, root, usersHaveUids ? Modes.Passage : Modes.Private);
        var isMarked = TryMark(root);

        // the record last: a crash before it repeats all this
        var record = RecordOf(root);
        DurablePath.Make(context.DataDirectory, Path.GetDirectoryName(record)!, Modes.Private);
        using var folder = Posix.OpenDirectory(Path.GetDirectoryName(record)!);
        var temporary = $"{Path.GetFileName(record)}.{Guid.NewGuid():n}";
        using (var file = Posix.CreateFile(folder, temporary, PublicMode))
        {
            FileContent.Write(file, Encoding.UTF8.GetBytes($"{root}\n{(isMarked ? "" : Unmarked + "\n")}"));
            Posix.Sync(file);
            file.CloseChecked();
        }

        Posix.Rename(folder, temporary, folder, Path.GetFileName(record));
        Posix.Sync(folder);
    }

    private static bool TryMark(string root)
    {
        using var directory = Posix.OpenDirectory(root);
        try
        {
            using var file = Posix.CreateFile(directory, Mark, PublicMode);
            Posix.Sync(file);
        }
        catch (PosixException e) when (e.Errno == Errno.Exists)
        {
            // another host of the cluster, or another instance, was first
        }
        catch (PosixException e) when (e.Errno is Errno.AccessDenied or Errno.OperationNotPermitted or Errno.ReadOnlyFileSystem)
        {
            return false;
        }

        Posix.Sync(directory);
        return true;
    }
}
