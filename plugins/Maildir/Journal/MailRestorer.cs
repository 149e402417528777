using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Maildir.Quota;

namespace MailStore.Maildir.Journal;

/// <summary>Stores mails again that a power cut took: first all of them in <c>tmp</c>, then, when that is durable, each gets its name.</summary>
internal sealed class MailRestorer
{
    // the same in each attempt: what one left behind, the next one takes away
    private const string Suffix = ".replay";

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
        var temporary = record.Name + Suffix;
        Posix.Unlink(tmp, temporary);
        try
        {
            MailMender.Write(tmp, temporary, mail);
            if (record.IsCounted)
                MaildirSize.Discard(home);
        }
        catch
        {
            Remove(tmp, temporary);
            throw;
        }

        // only what is whole gets a name
        _restored.Add(new Restored(mail, directory, temporary));
    }

    /// <summary>Gives all their names, now that their contents are durable.</summary>
    /// <param name="openHome">Opens a Maildir; null if it is not that user's any more.</param>
    /// <param name="step">Runs it for each; the step tells whether it has its name.</param>
    public void NameAll(Func<MailRecord, Descriptor?> openHome, Action<FoundMail, Func<bool>> step)
    {
        foreach (var restored in _restored)
            step(restored.Mail, () => TryName(restored, openHome));
        _restored.Clear();
    }

    /// <summary>Removes what has no name yet, as far as that can be done: the replay came to no end, and will be tried again.</summary>
    public void Undo()
    {
        foreach (var restored in _restored)
        {
            try
            {
                using var home = Posix.OpenDirectory(restored.Mail.Record.Home);
                using var tmp = Open(home, restored, MaildirTree.Tmp);
                Remove(tmp, restored.Temporary);
            }
            catch (PosixException)
            {
                // what stays in tmp is swept
            }
        }

        _restored.Clear();
    }

    private static bool TryName(Restored restored, Func<MailRecord, Descriptor?> openHome)
    {
        using var home = openHome(restored.Mail.Record);
        // the owner file goes last where a user is removed meanwhile
        if (home is null || (restored.Mail.Record.Claim.Length > 0 && !OwnerFile.Exists(home)))
            return false;
        using var tmp = Open(home, restored, MaildirTree.Tmp);
        using var @new = Open(home, restored, MaildirTree.New);
        Posix.Rename(tmp, restored.Temporary, @new, restored.Mail.Record.Name);
        Remove(tmp, restored.Mail.Record.Name);
        return true;
    }

    // best effort: what stays in tmp is swept
    private static void Remove(Descriptor tmp, string name)
    {
        try
        {
            Posix.Unlink(tmp, name);
        }
        catch (PosixException)
        {
        }
    }

    private static Descriptor Open(Descriptor home, Restored restored, string part)
    {
        using var folder = restored.Box.Length == 0 ? null : Posix.OpenDirectory(home, restored.Box);
        return Posix.OpenDirectory(folder ?? home, part);
    }

    private sealed record Restored(FoundMail Mail, string Box, string Temporary);
}
