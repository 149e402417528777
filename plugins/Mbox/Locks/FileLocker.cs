using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using MailStore.Mbox.Interop;
using MailStore.Sdk;

namespace MailStore.Mbox.Locks;

/// <summary>Opens and locks mbox files as configured. Never waits: who does not get all locks lets go of those that he has, so nobody can wait for him and he for them.</summary>
internal sealed class FileLocker(MboxOptions options, ILogger logger)
{
    /// <summary>Opens a file and takes its locks.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isShared">To read it: fcntl alone, shared, where that is configured, as Dovecot does.</param>
    /// <param name="file">The file; null if another program has it.</param>
    /// <returns>False if there is no such file.</returns>
    /// <exception cref="TemporaryFailureException">It is no file that mail can be written to.</exception>
    public bool TryLock(string path, bool isShared, out LockedFile? file)
    {
        file = null;
        var handle = Posix.TryOpen(path, isShared);
        if (handle is null)
            return false;
        var dotLock = default(DotLock);
        var isGuarded = false;
        try
        {
            Check(Posix.Stat(handle, path), path);
            foreach (var kind in isShared && options.Locks.Contains(MboxLock.Fcntl) ? [MboxLock.Fcntl] : options.Locks)
            {
                if (kind == MboxLock.Fcntl ? !(isGuarded = FcntlLock.TryTake(handle, path, isShared)) : (dotLock = TakeDotLock(path, isGuarded)) is null)
                    return true;
            }

            // with the locks held: what is open may have been replaced or linked meanwhile
            var status = Posix.Stat(handle, path);
            Check(status, path);
            if (Posix.TryStat(path) is not { } now || !now.IsSame(status))
                return true;
            file = new LockedFile(handle, path, status, dotLock);
            return true;
        }
        finally
        {
            if (file is null)
            {
                handle.Dispose();
                dotLock?.Release();
            }
        }
    }

    private DotLock? TakeDotLock(string path, bool isGuarded)
    {
        try
        {
            return DotLock.TryTake(path, options.StaleLockAge, isGuarded, removed => MboxLog.StaleLock(logger, removed));
        }
        catch (IOException e) when (e.HResult == Posix.AccessDenied)
        {
            throw new TemporaryFailureException(
                $"the lock file {path}{DotLock.Extension} cannot be made: {e.Message}; let the server's user write to that directory, or leave 'dotlock' out of 'locks' where no other program wants it", e);
        }
    }

    private static void Check(FileStatus status, string path)
    {
        if (!status.IsRegular)
            throw new TemporaryFailureException($"{path} is no regular file; no mail is written to it. Remove it, or set another path");
        if (status.Links > 1)
            throw new TemporaryFailureException($"{path} has {status.Links} names (hard links); no mail is written to it, since it may be another's. Remove the other names");
    }
}
