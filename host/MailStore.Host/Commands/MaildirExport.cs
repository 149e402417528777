using System.Globalization;
using MailStore.Host.Admin;
using MailStore.Sdk;

namespace MailStore.Host.Commands;

/// <summary>Exports to a new Maildir, folders as Maildir++ has them.</summary>
internal sealed class MaildirExport : IMailExport
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly NewFolder _root;
    private readonly HashSet<string> _made = [];
    private long _count;

    public MaildirExport(string path)
    {
        _root = NewFolder.Create(path);
        // an empty mailbox is a mailbox, too
        FolderFor(null);
    }

    public async Task AddAsync(StoredMailView mail, Func<Stream, Task> copyTo, CancellationToken cancellationToken)
    {
        var folder = FolderFor(mail.Folder);
        // numbered: in the order of arrival, unique, and free of whatever the ids of the format hold
        var name = string.Create(CultureInfo.InvariantCulture, $"{mail.Arrival.ToUnixTimeSeconds()}.{++_count:D8}.mailstore-export,S={mail.Size}");
        var letters = Letters(mail.ParsedFlags);
        var path = Path.Combine(folder, letters.Length == 0 ? "new" : "cur", letters.Length == 0 ? name : $"{name}:2,{letters}");
        try
        {
            await using var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            await copyTo(file);
        }
        catch
        {
            // half a mail is none
            File.Delete(path);
            throw;
        }

        File.SetLastWriteTimeUtc(path, mail.Arrival.UtcDateTime);
    }

    public void Complete() => _root.Keep();

    public void Dispose() => _root.Dispose();

    private string FolderFor(string? name)
    {
        // folders come from a module: no name leads out of the root
        name = name?.Replace('/', '_').Replace('\0', '_').TrimStart('.') ?? "";
        var path = name.Length == 0 ? _root.Part : Path.Combine(_root.Part, "." + name);
        if (!_made.Add(path))
            return path;
        // one by one: the mode is for the last of a path alone
        Directory.CreateDirectory(path, Private);
        foreach (var part in (string[])["cur", "new", "tmp"])
            Directory.CreateDirectory(Path.Combine(path, part), Private);
        if (name.Length > 0)
            File.WriteAllBytes(Path.Combine(path, "maildirfolder"), []);
        return path;
    }

    /// <summary>In the order of the alphabet, as Maildir wants them.</summary>
    private static string Letters(MailFlags flags) => string.Concat(
        ((MailFlags Flag, string Letter)[])[
            (MailFlags.Draft, "D"), (MailFlags.Flagged, "F"), (MailFlags.Passed, "P"),
            (MailFlags.Answered, "R"), (MailFlags.Seen, "S"), (MailFlags.Deleted, "T")]
        is var all ? all.Where(pair => flags.HasFlag(pair.Flag)).Select(pair => pair.Letter) : []);
}
