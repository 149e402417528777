using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using MailStore.Mbox.Interop;

namespace MailStore.Mbox.Locks;

/// <summary>
/// A lock file beside an mbox file: a file of a name of its own, linked to <c>NAME.lock</c>, which works on NFS, too. It holds <c>PID:HOST</c>, as Dovecot's. One whose process is
/// gone from this machine is removed at once, any other when it is too old.
/// </summary>
internal sealed class DotLock
{
    public const string Extension = ".lock";

    private static readonly string Host = Environment.MachineName;

    // names of what this process makes; one that is not among them but bears its number is a predecessor's, as in containers, where all are number 1
    private static readonly ConcurrentDictionary<string, bool> Held = new(StringComparer.Ordinal);

    // what this process made and a faulty disk kept it from removing, as it was then
    private static readonly ConcurrentDictionary<string, FileStatus> Left = new(StringComparer.Ordinal);

    private readonly string _path;
    private readonly FileStatus _status;

    private DotLock(string path, FileStatus status)
    {
        _path = path;
        _status = status;
    }

    /// <summary>Takes the lock; null if another has it.</summary>
    /// <param name="file">The mbox file.</param>
    /// <param name="staleAge">At which a lock is removed.</param>
    /// <param name="isGuarded">Whether the file is locked by fcntl already: then an empty lock file that is older than this process is what a power cut left of one.</param>
    /// <param name="removed">Called for one that was.</param>
    public static DotLock? TryTake(string file, TimeSpan staleAge, bool isGuarded, Action<string> removed)
    {
        var path = file + Extension;
        if (Held.ContainsKey(path))
            return null;
        var own = Path.Combine(Path.GetDirectoryName(file)!, $".{Path.GetFileName(file)}.lk{Guid.NewGuid():n}");
        try
        {
            Posix.CreateText(own, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}:{Host}")), isDurable: false);
            var status = Posix.TryStat(own) ?? throw new IOException($"{own} was removed while the lock was made");
            var isMine = TryLink(own, path, status);
            if (!isMine && (IsLeft(path) || IsStale(path, own, staleAge, isGuarded)))
            {
                Posix.Unlink(path);
                removed(path);
                isMine = TryLink(own, path, status);
            }

            if (!isMine)
                return null;
            Left.TryRemove(path, out _);
            Held[path] = true;
            return new DotLock(path, status);
        }
        finally
        {
            TryUnlink(own);
        }
    }

    /// <summary>Lets go. A lock that somebody else has by now, since this one looked left behind to him, stays. One that cannot be removed goes with the next try to take it.</summary>
    public void Release()
    {
        try
        {
            if (Posix.TryStat(_path) is { } status && status.IsSame(_status))
                Posix.Unlink(_path);
        }
        catch (IOException)
        {
            Left[_path] = _status;
        }

        Held.TryRemove(_path, out _);
    }

    // on NFS a link whose reply was lost may have been made: the count of links says so
    private static bool TryLink(string own, string path, FileStatus status)
    {
        try
        {
            return Posix.TryLink(own, path) || Posix.TryStat(own) is { Links: 2 };
        }
        catch (IOException)
        {
            Left[path] = status;
            throw;
        }
    }

    // an inode may be another file's by now, but that one is younger
    private static bool IsLeft(string path) =>
        Left.TryGetValue(path, out var left) && Posix.TryStat(path) is { } status && status.IsSame(left) && status.Modified == left.Modified;

    // what stays has a name that nobody else looks for
    private static void TryUnlink(string own)
    {
        try
        {
            Posix.Unlink(own);
        }
        catch (IOException)
        {
        }
    }

    // by the clock of the file system, which may be another machine's
    private static bool IsStale(string path, string own, TimeSpan staleAge, bool isGuarded)
    {
        if (Posix.TryStat(path) is not { } status || Posix.TryStat(own) is not { } now)
            return false;
        var isStale = TimeSpan.FromMicroseconds((now.Modified - status.Modified) / 1000) > staleAge || IsDead(path, isGuarded);
        // another may have removed it meanwhile, and taken it
        return isStale && Posix.TryStat(path) == status;
    }

    private static bool IsDead(string path, bool isGuarded)
    {
        string text;
        try
        {
            using var file = Posix.TryOpen(path, isReadOnly: true);
            Span<byte> buffer = stackalloc byte[300];
            text = file is null ? "" : Encoding.UTF8.GetString(buffer[..RandomAccess.Read(file, buffer, 0)]);
        }
        catch (IOException)
        {
            // not to be read by us: it is stale by its age only
            return false;
        }

        // The name came to the disk, and what was written did not. Others (mutt) make empty ones, and take the other lock as well.
        if (text.All(c => c is '\0' or ' ' or '\n'))
            return isGuarded && IsOlderThanProcess(path);
        // a number without a host may be another machine's
        if (text.Trim().Split(':') is not [var number, var host] || host != Host || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || pid <= 0)
            return false;
        return pid == Environment.ProcessId ? !Held.ContainsKey(path) && IsOlderThanProcess(path) : Native.Kill(pid, 0) < 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == 3; // ESRCH
    }

    private static bool IsOlderThanProcess(string path)
    {
        using var process = Process.GetCurrentProcess();
        return File.GetLastWriteTimeUtc(path) < process.StartTime.ToUniversalTime();
    }
}
