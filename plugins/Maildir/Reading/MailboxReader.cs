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
internal sealed class MailboxReader(string home, RootGuard roots, FlagsMemory flags)
{
    // 'cur' that changed while it was read is read again: a rename meanwhile may have hidden a mail that was there all the time
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

    /// <summary>Begins to list the mails of one of them.</summary>
    public MailListing List(Box box)
    {
        var listing = new MailListing(box.Folder);
        WithBox(box, descriptor =>
        {
            listing.Read(descriptor);
            return true;
        });
        return listing;
    }

    /// <summary>The next mails of a listing; none at the end.</summary>
    public List<StoredMail> ReadPage(Box box, MailListing listing) => WithBox(box, listing.ReadPage) ?? [];

    /// <summary>How many mails have keywords.</summary>
    public int CountKeywords(Box box) => WithBox(box, static descriptor =>
    {
        var count = 0;
        foreach (var part in (ReadOnlySpan<string>)[MaildirTree.New, MaildirTree.Cur])
        {
            using var directory = Posix.TryOpenDirectory(descriptor, part);
            if (directory is null)
                continue;
            using var entries = new DirectoryReader(directory);
            while (entries.MoveNext())
                count += MailFileName.HasKeywords(entries.Name) && MailFileName.IsMail(entries) ? 1 : 0;
        }

        return count;
    });

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

    private T? WithBox<T>(Box box, Func<Descriptor, T> work)
    {
        using var root = OpenHome();
        using var folder = root is null || box.Directory is null ? null : Posix.TryOpenDirectory(root, box.Directory);
        return (box.Directory is null ? root : folder) is { } directory ? work(directory) : default;
    }

    private T? Use<T>(Descriptor home, Descriptor box, string name, Func<MailSpot, T?> use)
        where T : class
    {
        using var @new = Posix.TryOpenDirectory(box, MaildirTree.New);
        using var cur = Posix.TryOpenDirectory(box, MaildirTree.Cur);
        for (var pass = 0; pass < Passes; pass++)
        {
            var before = cur is null ? default : FileStatus.Of(cur).Modified;
            if ((@new is null ? null : use(new MailSpot(home, box, @new, MaildirTree.New, name))) is { } untouched)
                return untouched;
            if (cur is null)
                return null;
            var spot = new MailSpot(home, box, cur, MaildirTree.Cur, name);
            if ((use(spot) ?? UseFlagged(flags.OfStored(name), spot, use) ?? UseFlagged(flags.Of(box)?.Of(name), spot, use)) is { } result)
                return result;
            // what this look has seen, whatever others remember meanwhile
            var seen = KnownFlags.Read(box, cur);
            flags.Add(seen);
            if (UseFlagged(seen.Of(name), spot, use) is { } flagged)
                return flagged;
            if (FileStatus.Of(cur).Modified == before)
                return null;
        }

        return null;
    }

    private static T? UseFlagged<T>(string? end, MailSpot spot, Func<MailSpot, T?> use)
        where T : class => end is null ? null : use(spot with { Name = spot.Name + end });

    private static FileStream? OpenFile(Descriptor directory, string name)
    {
        using var file = Posix.TryOpenFile(directory, name);
        return file is not null && FileStatus.Of(file).IsRegular
            ? new FileStream(new SafeFileHandle(file.Detach(), ownsHandle: true), FileAccess.Read)
            : null;
    }
}
