using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Journal;

/// <summary>The Maildirs of the mails that a journal holds: some are gone, or another user's by now, and some are to be waited for.</summary>
/// <param name="path">Of the journal.</param>
internal sealed class ReplayHomes(string path, RootGuard roots, ReplayCount count, ILogger logger)
{
    /// <summary>Why the replay is not over when all else is done: the first one that is to be waited for.</summary>
    public TemporaryFailureException? Wait { get; private set; }

    public void WaitFor(TemporaryFailureException e) => Wait ??= e;

    /// <summary>Null where it is gone, or another user's by now: who is removed and added again may get the same place, and is another one.</summary>
    /// <exception cref="TemporaryFailureException">Its disk is not mounted, or it is not the server's to open.</exception>
    public Descriptor? Open(MailRecord record)
    {
        Descriptor? home;
        try
        {
            home = Posix.TryOpenDirectory(record.Home);
        }
        catch (PosixException e) when (e.Errno is Errno.AccessDenied or Errno.OperationNotPermitted)
        {
            // not its user's doing, but the administrator's, and mostly that of all
            throw Missing(e.Message);
        }

        if (home is null)
        {
            SkipGone(record);
            return null;
        }

        if (OwnerFile.Read(home, out _) is not { } owner || record.Claim.Length == 0 || owner.Claim == record.Claim)
            return home;
        home.Dispose();
        Skip(record, $"{record.Home} is not that user's any more");
        return null;
    }

    /// <summary>As <see cref="Open"/>.</summary>
    /// <returns>False: it is to be waited for.</returns>
    public bool TryOpen(MailRecord record, out Descriptor? home)
    {
        home = null;
        try
        {
            home = Open(record);
            return true;
        }
        catch (TemporaryFailureException e)
        {
            WaitFor(e);
            return false;
        }
    }

    /// <summary>Notes that there is no Maildir for a mail.</summary>
    /// <exception cref="TemporaryFailureException">That is so because its disk is not mounted.</exception>
    public void SkipGone(MailRecord record)
    {
        if (roots.FindAbove(record.Home) is { } fault)
            throw Missing(fault);
        Skip(record, $"{record.Home} is gone: its user was removed, or moved elsewhere with his mail");
    }

    /// <summary>Notes that a mail has nobody to be stored for.</summary>
    public void Skip(MailRecord record, string reason)
    {
        count.Homeless++;
        JournalLog.Homeless(logger, record.Name, reason);
    }

    private TemporaryFailureException Missing(string fault) => new($"{fault}; the journal {path} holds mail for it");
}
