using System.Text;
using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Maildir.Reading;

namespace MailStore.Maildir.Journal;

/// <summary>Looks for mails that are no longer where they were delivered, in all folders of a Maildir at once: by their names, and by what they are.</summary>
internal static class HomeSearch
{
    /// <summary>Looks, and mends what is torn.</summary>
    /// <param name="home">The Maildir.</param>
    /// <param name="mails">What is looked for; what is found is taken out.</param>
    /// <returns>How many were found, and how many of them were mended.</returns>
    public static (int Found, int Mended) Find(Descriptor home, List<FoundMail> mails)
    {
        var search = new Search(mails);
        search.LookAt(home);
        foreach (var entry in DirectoryReader.Read(home))
        {
            if (entry.Kind != FileKind.Directory || !entry.Name.StartsWith('.'))
                continue;
            using var box = Posix.TryOpenPlainDirectory(home, entry.Name);
            if (box is not null)
                search.LookAt(box);
        }

        mails.RemoveAll(search.Found.Contains);
        return (search.Found.Count, search.Mended.Count);
    }

    private sealed class Search(List<FoundMail> mails)
    {
        private readonly ILookup<string, FoundMail> _names = mails.ToLookup(mail => mail.Record.Name);
        private readonly ILookup<ulong, FoundMail> _inodes = mails.ToLookup(mail => mail.Record.Identity.Inode);

        public HashSet<FoundMail> Found { get; } = [];

        public HashSet<FoundMail> Mended { get; } = [];

        public void LookAt(Descriptor box)
        {
            foreach (var part in (string[])[MaildirTree.New, MaildirTree.Cur])
            {
                using var directory = Posix.TryOpenPlainDirectory(box, part);
                if (directory is null)
                    continue;
                // all links of a file are looked at, one after the other; what is whole by then is left
                foreach (var (name, mail) in Candidates(directory))
                    Judge(mail, name, MailMender.Mend(directory, name, mail));
            }
        }

        private void Judge(FoundMail mail, string name, MendResult result)
        {
            if (result == MendResult.Absent || (result == MendResult.Another && MailFileName.BaseOf(name) != mail.Record.Name))
                return;
            Found.Add(mail);
            if (result == MendResult.Mended)
                Mended.Add(mail);
        }

        private List<(string Name, FoundMail Mail)> Candidates(Descriptor directory)
        {
            var found = new List<(string, FoundMail)>();
            using var entries = new DirectoryReader(directory);
            while (entries.MoveNext())
            {
                // few of a large directory are of interest
                var byInode = _inodes[entries.Inode];
                var name = Encoding.UTF8.GetString(entries.Name);
                foreach (var mail in byInode.Concat(_names[MailFileName.BaseOf(name)]).Distinct())
                    found.Add((name, mail));
            }

            return found;
        }
    }
}
