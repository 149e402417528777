using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Maildir.Quota;

namespace MailStore.Maildir.Journal;

/// <summary>Stores mails again that a power cut took: first all of them in <c>tmp</c>, then, when that is durable, each gets its name.</summary>
internal sealed class MailRestorer
{
    private const string Suffix = ".replay-";

    private readonly List<Restored> _restored = [];

    /// <summary>Writes a mail into <c>tmp</c>. What is there under its own name stays: as long as that is there, it is known that the mail was not removed by its reader.</summary>
    /// <param name="home">Its Maildir.</param>
    /// <param name="box">Where it is to be.</param>
    /// <param name="directory">The name of that in the Maildir; empty for the inbox.</param>
    public void Write(Descriptor home, Descriptor box, string directory, FoundMail mail)
    {
        var record = mail.Record;
        MaildirTree.Complete(box, record.Ids);
        using var tmp = Posix.OpenDirectory(box, MaildirTree.Tmp);
        var restored = new Restored(mail, directory, $"{record.Name}{Suffix}{Guid.NewGuid():n}");
        _restored.Add(restored);
        MailMender.Write(tmp, restored.Temporary, mail);
        if (record.IsCounted)
            MaildirSize.Discard(home);
    }

    /// <summary>Gives all their names, now that their contents are durable.</summary>
    /// <param name="step">Runs it for each; false if its place does not let it in.</param>
    public void NameAll(Action<FoundMail, Action> step)
    {
        foreach (var restored in _restored)
            step(restored.Mail, () => Name(restored));
        _restored.Clear();
    }

    /// <summary>Removes what has no name yet, as far as that can be done: the replay came to no end, and will be tried again.</summary>
    public void Undo()
    {
        foreach (var restored in _restored)
        {
            try
            {
                using var tmp = Open(restored, MaildirTree.Tmp);
                Posix.Unlink(tmp, restored.Temporary);
            }
            catch (PosixException)
            {
                // what stays in tmp is swept
            }
        }

        _restored.Clear();
    }

    private static void Name(Restored restored)
    {
        using var tmp = Open(restored, MaildirTree.Tmp);
        using var @new = Open(restored, MaildirTree.New);
        Posix.Rename(tmp, restored.Temporary, @new, restored.Mail.Record.Name);
        Posix.Unlink(tmp, restored.Mail.Record.Name);
    }

    private static Descriptor Open(Restored restored, string part)
    {
        using var home = Posix.OpenDirectory(restored.Mail.Record.Home);
        using var folder = restored.Box.Length == 0 ? null : Posix.OpenDirectory(home, restored.Box);
        return Posix.OpenDirectory(folder ?? home, part);
    }

    private sealed record Restored(FoundMail Mail, string Box, string Temporary);
}
