using System.Text;
using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Maildir.Reading;

namespace MailStore.Maildir.Journal;

/// <summary>
/// Looks for mails that are no longer where they were delivered, in all directories of a user at once: by their names, and by what they are. Folders may lie beside each other, as
/// Maildir++ has them, or in each other, as Dovecot's <c>LAYOUT=fs</c>.
/// </summary>
internal static class HomeSearch
{
    // deeper than any reader nests folders; each level keeps a descriptor open
    private const int MaxDepth = 32;

    /// <summary>Looks, and mends what is torn.</summary>
    /// <param name="home">The Maildir.</param>
    /// <param name="mails">What is looked for; what is found is taken out.</param>
    /// <returns>How many were found, and how many of them were mended.</returns>
    public static (int Found, int Mended) Find(Descriptor home, List<FoundMail> mails)
    {
        var (found, mended) = (0, 0);
        // twice: its reader may have moved a mail meanwhile, from where was not looked yet to where was
        for (var pass = 0; pass < 2 && mails.Count > 0; pass++)
        {
            var search = new Search(mails);
            search.Walk(home, 0);
            mails.RemoveAll(search.Found.Contains);
            found += search.Found.Count;
            mended += search.Mended.Count;
        }

        return (found, mended);
    }

    private sealed class Search(List<FoundMail> mails)
    {
        private readonly ILookup<string, FoundMail> _names = mails.ToLookup(mail => mail.Record.Name);
        private readonly ILookup<ulong, FoundMail> _inodes = mails.ToLookup(mail => mail.Record.Identity.Inode);

        public HashSet<FoundMail> Found { get; } = [];

        public HashSet<FoundMail> Mended { get; } = [];

        public void Walk(Descriptor directory, int depth)
        {
            foreach (var entry in DirectoryReader.Read(directory))
            {
                if (entry.Kind != FileKind.Directory || entry.Name == MaildirTree.Tmp)
                    continue;
                using var child = Posix.TryOpenPlainDirectory(directory, entry.Name);
                if (child is null)
                    continue;
                if (entry.Name is MaildirTree.New or MaildirTree.Cur)
                    LookAt(child);
                else if (depth < MaxDepth)
                    Walk(child, depth + 1);
            }
        }

        private void LookAt(Descriptor part)
        {
            // all links of a file are looked at, one after the other; what is whole by then is left
            foreach (var (name, mail) in Candidates(part))
                Judge(mail, name, MailMender.Mend(part, name, mail));
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
