using System.Text;
using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Maildir.Reading;

namespace MailStore.Maildir.Quota;

/// <summary>Counts what a mailbox holds, by the sizes in the names of its files; a stat only for foreign names without one. Trash is left out (Maildir++).</summary>
internal static class UsageScan
{
    /// <summary>The one folder that no quota counts.</summary>
    public const string Trash = ".Trash";

    /// <summary>Counts all mails but those that are told apart.</summary>
    /// <param name="home">The mailbox.</param>
    /// <param name="isExcluded">Whether a mail, by its unique name, is counted elsewhere.</param>
    public static Usage Count(Descriptor home, Func<string, bool> isExcluded)
    {
        var sum = CountBox(home, isExcluded);
        foreach (var entry in DirectoryReader.Read(home))
        {
            if (entry.Kind != FileKind.Directory || !entry.Name.StartsWith('.') || entry.Name == Trash)
                continue;
            using var folder = Posix.TryOpenDirectory(home, entry.Name);
            if (folder is not null)
                sum += CountBox(folder, isExcluded);
        }

        return sum;
    }

    private static Usage CountBox(Descriptor box, Func<string, bool> isExcluded) =>
        CountDirectory(box, MaildirTree.New, isExcluded) + CountDirectory(box, MaildirTree.Cur, isExcluded);

    private static Usage CountDirectory(Descriptor box, string name, Func<string, bool> isExcluded)
    {
        using var directory = Posix.TryOpenDirectory(box, name);
        var sum = default(Usage);
        if (directory is null)
            return sum;
        using var entries = new DirectoryReader(directory);
        while (entries.MoveNext())
        {
            if (!MailFileName.IsMail(entries))
                continue;
            var file = Encoding.UTF8.GetString(entries.Name);
            if (isExcluded(MailFileName.BaseOf(file)))
                continue;
            if ((MailFileName.SizeOf(file) ?? FileStatus.TryGet(directory, file)?.Size) is { } size)
                sum += new Usage(size, 1);
        }

        return sum;
    }
}
