using System.Text;
using MailStore.Maildir.Interop;
using MailStore.Maildir.Paths;
using MailStore.Maildir.Places;
using MailStore.Sdk;
using Microsoft.Win32.SafeHandles;

namespace MailStore.Maildir.Reading;

/// <summary>
/// Reads a Maildir while others deliver into it, and readers move mails from <c>new</c> to <c>cur</c> and rename them there to set flags. Blocks; runs on
/// a worker.
/// </summary>
internal sealed class MailboxReader(string home, RootGuard roots)
{
    // a directory that changed while it was read is read again: a rename meanwhile may have hidden a mail that was there all the time
    private const int Passes = 5;

    // NAME_MAX
    private const int MaxNameBytes = 255;

    /// <summary>The inbox, then the folders by name.</summary>
    public List<Box> Boxes()
    {
        using var root = OpenHome();
        if (root is null)
            return [];
        var folders = new List<Box>();
        foreach (var entry in DirectoryReader.Read(root))
        {
            if (entry.Kind != FileKind.Directory || !entry.Name.StartsWith('.') || entry.Name.Length < 2)
                continue;
            using var folder = Posix.TryOpenDirectory(root, entry.Name);
            if (folder is not null && FileStatus.TryGet(folder, MaildirTree.Cur) is { IsDirectory: true })
                folders.Add(new Box(entry.Name, FolderName.FromDirectory(entry.Name) ?? entry.Name[1..]));
        }

        return [default, .. folders.OrderBy(box => box.Folder, StringComparer.Ordinal)];
    }

    /// <summary>The mails of one of them, in the order in which they arrived.</summary>
    public List<StoredMail> List(Box box)
    {
        using var root = OpenHome();
        using var folder = root is null || box.Directory is null ? null : Posix.TryOpenDirectory(root, box.Directory);
        var directory = box.Directory is null ? root : folder;
        if (directory is null)
            return [];

        var mails = new Dictionary<string, StoredMail>(StringComparer.Ordinal);
        var isStable = false;
        for (var pass = 0; pass < Passes && !isStable; pass++)
        {
            var before = TimesOf(directory);
            // 'new' first: a mail that moves to 'cur' meanwhile is seen twice, and counted once, instead of never
            Read(directory, MaildirTree.New, box.Folder, mails);
            Read(directory, MaildirTree.Cur, box.Folder, mails);
            isStable = TimesOf(directory) == before;
        }

        return [.. mails.Values.OrderBy(mail => mail.Arrival).ThenBy(mail => mail.Id, StringComparer.Ordinal)];
    }

    /// <summary>Opens a mail by its id; null if there is none of it.</summary>
    public Stream? Open(string id) => Use(id, static spot => OpenFile(spot.Directory, spot.Name));

    /// <summary>Does something with the file of a mail, by its id.</summary>
    /// <param name="id">From outside.</param>
    /// <param name="use">Gives null if the file is not there (any more): a reader may have renamed it, and it is looked for again.</param>
    /// <returns>Null if there is no such mail.</returns>
    public T? Use<T>(string id, Func<MailSpot, T?> use)
        where T : class
    {
        var slash = id.LastIndexOf('/');
        var name = id[(slash + 1)..];
        if (name.Length == 0 || name[0] == '.' || name.Any(c => c is ':' || char.IsControl(c)) || IsTooLong('.' + id[..Math.Max(slash, 0)]) || IsTooLong(name))
            return null;
        using var root = OpenHome();
        if (root is null)
            return null;
        if (slash < 0)
            return Use(root, root, name, use);
        using var folder = OpenFolder(root, id[..slash]);
        return folder is null ? null : Use(root, folder, name, use);
    }

    // no file has such a name, and the system would call it an error
    private static bool IsTooLong(string name) => Encoding.UTF8.GetByteCount(name) > MaxNameBytes;

    private Descriptor? OpenHome()
    {
        if (Posix.TryOpenDirectory(home) is { } root)
            return root;
        // gone with its disk, or removed?
        return roots.FindAbove(home) is { } fault ? throw new TemporaryFailureException(fault) : null;
    }

    private static Descriptor? OpenFolder(Descriptor root, string folder)
    {
        if (FolderName.ToDirectory(folder) is { } directory && Posix.TryOpenDirectory(root, directory) is { } known)
            return known;
        // a foreign name, as Boxes tells it: one level, and never '..'
        return folder is "" or "." || folder.Any(c => c is '/' || char.IsControl(c)) ? null : Posix.TryOpenDirectory(root, "." + folder);
    }

    private static (DateTimeOffset?, DateTimeOffset?) TimesOf(Descriptor box) =>
        (FileStatus.TryGet(box, MaildirTree.New)?.Modified, FileStatus.TryGet(box, MaildirTree.Cur)?.Modified);

    private static void Read(Descriptor box, string part, string? folder, Dictionary<string, StoredMail> mails)
    {
        using var directory = Posix.TryOpenDirectory(box, part);
        foreach (var entry in directory is null ? [] : DirectoryReader.Read(directory))
        {
            if (!MailFileName.IsMail(entry) || FileStatus.TryGet(directory!, entry.Name) is not { } status)
                continue;
            var name = MailFileName.BaseOf(entry.Name);
            var id = folder is null ? name : $"{folder}/{name}";
            mails[id] = new StoredMail(id, MailFileName.SizeOf(name) ?? status.Size, status.Modified, MailFileName.FlagsOf(entry.Name), folder);
        }
    }

    private static T? Use<T>(Descriptor home, Descriptor box, string name, Func<MailSpot, T?> use)
        where T : class
    {
        for (var pass = 0; pass < Passes; pass++)
        {
            var before = TimesOf(box);
            foreach (var part in (ReadOnlySpan<string>)[MaildirTree.New, MaildirTree.Cur])
            {
                using var directory = Posix.TryOpenDirectory(box, part);
                if (directory is null)
                    continue;
                if ((use(new MailSpot(home, box, directory, part, name)) ?? UseFlagged(home, box, directory, part, name, use)) is { } result)
                    return result;
            }

            if (TimesOf(box) == before)
                return null;
        }

        return null;
    }

    private static T? UseFlagged<T>(Descriptor home, Descriptor box, Descriptor directory, string part, string name, Func<MailSpot, T?> use)
        where T : class
    {
        foreach (var entry in DirectoryReader.Read(directory))
        {
            if (entry.Name.Length > name.Length && entry.Name[name.Length] == ':' && entry.Name.StartsWith(name, StringComparison.Ordinal)
                && use(new MailSpot(home, box, directory, part, entry.Name)) is { } result)
                return result;
        }

        return null;
    }

    private static FileStream? OpenFile(Descriptor directory, string name)
    {
        using var file = Posix.TryOpenFile(directory, name);
        return file is not null && FileStatus.Of(file).IsRegular
            ? new FileStream(new SafeFileHandle(file.Detach(), ownsHandle: true), FileAccess.Read)
            : null;
    }
}
