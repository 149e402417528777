using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Sdk;

namespace MailStore.Maildir.Journal;

/// <summary>
/// Where mails of a journal are kept whose places do not let them in: no acknowledged mail is dropped, and none keeps a server from starting. One file a mail, as it would lie in a Maildir;
/// it is the administrator who puts it where it belongs, which its path says: that of the Maildir goes on below this folder.
/// </summary>
internal sealed class AsideFolder(ModuleContext context)
{
    /// <summary><c>data_dir/maildir/lost/INSTANCE</c>; made when it is needed.</summary>
    public string Path { get; } = System.IO.Path.Combine(context.DataDirectory, "maildir", "lost", context.Instance);

    /// <summary>Keeps a mail, durably.</summary>
    /// <returns>Where.</returns>
    /// <exception cref="PosixException">The disk of the data directory fails.</exception>
    public string Keep(FoundMail mail)
    {
        // absolute, and plain: a home that is not is refused before any mail
        var path = $"{PathOf(mail.Record.Home)}{(mail.Record.Box.Length == 0 ? "" : $"/{mail.Record.Box}")}";
        DurablePath.Make(context.DataDirectory, path, Modes.Private);
        using var folder = Posix.OpenDirectory(path);
        // of an earlier start, which may not have come to its end
        Posix.Unlink(folder, mail.Record.Name);
        using (var file = Posix.CreateFile(folder, mail.Record.Name, Modes.File))
        {
            FileContent.Write(file, mail.ReadContent(), 0);
            Posix.SetModified(file, mail.Record.Arrival);
            Posix.Sync(file);
            file.CloseChecked();
        }

        Posix.Sync(folder);
        return folder.PathOf(mail.Record.Name);
    }

    /// <summary>What is kept of a Maildir that is about to be removed with all mail in it: a sentence for the administrator; null if nothing is.</summary>
    public string? FindKept(string home) => CountBelow(PathOf(home)) is > 0 and var count
        ? $"{count} {(count == 1 ? "mail" : "mails")} for {home} that a crash took from it are kept in {PathOf(home)}: move them into it, or remove them, first"
        : null;

    /// <summary>How many mails are kept.</summary>
    public int Count() => CountBelow(Path);

    /// <summary>Tells of the mails that are kept; null if there are none. It is no matter of a repair to say where they belong by now.</summary>
    public Finding? Inspect()
    {
        var count = Count();
        return count == 0
            ? null
            : new Finding
            {
                Kind = FindingKind.OrphanedMail,
                Place = Path,
                What = $"{count} {(count == 1 ? "mail" : "mails")} that a journal held after a crash, and whose places did not let them in; the path below is that of the Maildir: move each into the directory new there, or remove it",
            };
    }

    private static int CountBelow(string path)
    {
        try
        {
            return Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Count() : 0;
        }
        catch (IOException)
        {
            // the administrator removes something at this very moment
            return 0;
        }
    }

    private string PathOf(string home) => Path + home.TrimEnd('/');
}
