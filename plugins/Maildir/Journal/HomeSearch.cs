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
    /// <param name="mails">What is looked for.</param>
    public static HomeSearchResult Find(Descriptor home, IReadOnlyList<FoundMail> mails)
    {
        var result = new HomeSearchResult();
        // twice: its reader may have moved a mail meanwhile, from where was not looked yet to where was
        for (var pass = 0; pass < 2 && result.Found.Count < mails.Count; pass++)
            new Search([.. mails.Where(mail => !result.Found.Contains(mail))], FileStatus.Of(home).Device, result).Walk(home, 0);
        return result;
    }

    private sealed class Search(List<FoundMail> mails, (uint Major, uint Minor) device, HomeSearchResult result)
    {
        // what the decoder puts in the place of bytes that are no UTF-8: by such a name nothing can be opened here
        private const char Undecodable = '\ufffd';

        private readonly ILookup<string, FoundMail> _names = mails.ToLookup(mail => mail.Record.Name);
        private readonly ILookup<ulong, FoundMail> _inodes = mails.ToLookup(mail => mail.Record.Identity.Inode);
        private readonly HashSet<FoundMail> _mended = [];

        public void Walk(Descriptor directory, int depth) => Try(() =>
        {
            foreach (var entry in DirectoryReader.Read(directory))
            {
                if (entry.Kind == FileKind.Directory && entry.Name != MaildirTree.Tmp)
                    Try(() => Enter(directory, entry.Name, depth));
            }
        });

        private void Enter(Descriptor directory, string name, int depth)
        {
            using var child = Posix.TryOpenPlainDirectory(directory, name);
            if (child is null)
                result.IsComplete &= !name.Contains(Undecodable);
            else if (name is MaildirTree.New or MaildirTree.Cur)
                LookAt(child);
            // what is mounted there is no place for a file that was renamed, and may be one that hangs
            else if (FileStatus.Of(child).Device == device)
                GoDown(child, depth + 1);
        }

        private void GoDown(Descriptor child, int depth)
        {
            if (depth < MaxDepth)
                Walk(child, depth);
            else
                result.IsComplete = false;
        }

        private void LookAt(Descriptor part)
        {
            // all links of a file are looked at, one after the other; what is whole by then is left
            foreach (var (name, mail) in Candidates(part))
                Try(() => Judge(mail, name, MailMender.Mend(part, name, mail)));
        }

        /// <summary>What cannot be looked at keeps nothing else from being looked at.</summary>
        private void Try(Action step)
        {
            try
            {
                step();
            }
            catch (PosixException e) when (e.Errno.IsOfPlace())
            {
                result.IsComplete = false;
            }
        }

        private void Judge(FoundMail mail, string name, MendResult mended)
        {
            if (mended == MendResult.Absent || (mended == MendResult.Another && MailFileName.BaseOf(name) != mail.Record.Name))
                return;
            result.Found.Add(mail);
            if (mended == MendResult.Mended && _mended.Add(mail))
                result.Mended++;
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
                result.IsComplete &= !name.Contains(Undecodable);
                foreach (var mail in byInode.Concat(_names[MailFileName.BaseOf(name)]).Distinct())
                    found.Add((name, mail));
            }

            return found;
        }
    }
}
