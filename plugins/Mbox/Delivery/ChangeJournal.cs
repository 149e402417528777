using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using MailStore.Mbox.Format;
using MailStore.Mbox.Interop;
using MailStore.Mbox.Locks;

namespace MailStore.Mbox.Delivery;

/// <summary>
/// What a mail in the middle of a file, and all behind it, was and is to be: durable beside the file before the file is touched. A crash in between leaves a file in which each byte is the old
/// one or the new one; then the change is finished before anything else is done. If it is not so, another program was faster, and the file stays as it is. The file must be locked.
/// </summary>
internal sealed class ChangeJournal : IDisposable
{
    /// <summary>Where the bytes begin: of the old mail, the new one, and what follows both.</summary>
    public const int HeadLength = 128;

    private const int BufferSize = 64 * 1024;

    private readonly LockedFile _file;
    private readonly SafeFileHandle _journal;
    private readonly string _path;
    private readonly long[] _numbers;

    private ChangeJournal(LockedFile file, SafeFileHandle journal, string path, long[] numbers) => (_file, _journal, _path, _numbers) = (file, journal, path, numbers);

    private long From => _numbers[0];

    private long OldMail => _numbers[1];

    private long NewMail => _numbers[2];

    private long Rest => _numbers[3];

    private long OldSize => _numbers[4];

    private long NewSize => OldSize + Growth;

    /// <summary>By how much the file becomes longer.</summary>
    public long Growth => NewMail - OldMail;

    public static string PathOf(string file) => Path.Combine(Path.GetDirectoryName(file)!, $".{Path.GetFileName(file)}.change");

    public static bool IsThere(string file) => Posix.TryStat(PathOf(file)) is not null;

    /// <summary>Writes down a change, durably; the file is not touched.</summary>
    /// <param name="file">The file.</param>
    /// <param name="from">Where what is to change begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="write">Writes what is to be there instead.</param>
    public static ChangeJournal Write(LockedFile file, long from, long end, Action<FileSink> write)
    {
        var path = PathOf(file.Path);
        var handle = Posix.TryCreate(path) ?? throw new IOException($"{path} is there already");
        try
        {
            long[] numbers = [from, end - from, 0, 0, file.Status.Size];
            using (var sink = new FileSink(handle, HeadLength))
            {
                Copy(file.Handle, from, end, sink);
                var start = sink.Position;
                write(sink);
                numbers[2] = sink.Position - start;
                numbers[3] = numbers[1] == numbers[2] ? 0 : file.Status.Size - end;
                Copy(file.Handle, end, end + numbers[3], sink);
                sink.Flush();
            }

            var journal = new ChangeJournal(file, handle, path, numbers);
            RandomAccess.Write(handle, journal.Head(), 0);
            Posix.Sync(handle, path);
            Posix.SyncDirectory(Path.GetDirectoryName(path)!);
            return journal;
        }
        catch
        {
            handle.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Does it. If this fails half-way, whoever locks the file next goes on.</summary>
    public void Apply()
    {
        using (var sink = new FileSink(_file.Handle, From))
        {
            Copy(_journal, HeadLength + OldMail, HeadLength + OldMail + NewMail + Rest, sink);
            sink.Flush();
        }

        if (OldMail != NewMail)
            RandomAccess.SetLength(_file.Handle, NewSize);
        Posix.Sync(_file.Handle, _file.Path);
        Drop(_path);
    }

    /// <summary>Finishes a change that was interrupted, or gives it up.</summary>
    public static void Settle(LockedFile file, ILogger logger)
    {
        var path = PathOf(file.Path);
        using var journal = TryRead(file, path);
        if (journal is null)
        {
            Drop(path);
        }
        else if (journal.IsUnderWay())
        {
            // all of it, also where it looks done: a sync that failed leaves bytes in memory that are not on the disk
            journal.Apply();
            MboxLog.ChangeFinished(logger, file.Path);
        }
        else
        {
            var kept = TornTail.PathFor(file.Path);
            Posix.Rename(path, kept);
            Posix.SyncDirectory(Path.GetDirectoryName(path)!);
            MboxLog.ChangeGivenUp(logger, file.Path, kept);
        }
    }

    public void Dispose() => _journal.Dispose();

    // null: it was not finished, and the file not touched
    private static ChangeJournal? TryRead(LockedFile file, string path)
    {
        var handle = Posix.TryOpen(path, isReadOnly: true);
        if (handle is null)
            return null;
        Span<byte> head = stackalloc byte[HeadLength];
        head = head[..MailFinder.ReadFully(handle, head, 0)];
        var words = Encoding.ASCII.GetString(head).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        long[] numbers = [.. words.Skip(1).Take(5).Select(word => long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)];
        if (numbers.Length == 5 && !numbers.Contains(-1))
        {
            var journal = new ChangeJournal(file, handle, path, numbers);
            if (head.SequenceEqual(journal.Head()))
                return journal;
        }

        handle.Dispose();
        return null;
    }

    private byte[] Head()
    {
        var sum = new Measure();
        var buffer = new byte[BufferSize];
        for (var at = 0L; at < OldMail + NewMail + Rest && RandomAccess.Read(_journal, buffer, HeadLength + at) is > 0 and var count; at += count)
            sum.Write(buffer.AsSpan(0, count));
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"MailStore-change {string.Join(' ', _numbers)} {sum.Count} {sum.Checksum:x8}").PadRight(HeadLength - 1) + "\n");
    }

    // each byte is the old one or the new one
    private bool IsUnderWay()
    {
        var size = _file.Status.Size;
        if (OldMail == NewMail ? size < From + NewMail : size < Math.Min(OldSize, NewSize) || size > Math.Max(OldSize, NewSize))
            return false;
        var buffer = new byte[BufferSize];
        var length = Math.Max(OldMail, NewMail) + Rest;
        for (var at = 0L; at < length; at += buffer.Length)
        {
            var count = MailFinder.ReadFully(_file.Handle, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - at)), From + at);
            var (old, made) = (ReadOld(at), ReadNew(at));
            for (var i = 0; i < count; i++)
            {
                // room that a file got shows NULs until its bytes are there
                var isRoom = From + at + i >= OldSize && buffer[i] == 0;
                if (!isRoom && !(i < made.Length && buffer[i] == made[i]) && !(i < old.Length && buffer[i] == old[i]))
                    return false;
            }
        }

        return true;
    }

    private byte[] ReadOld(long at)
    {
        var bytes = new byte[(int)Math.Clamp(OldMail + Rest - at, 0, BufferSize)];
        var first = (int)Math.Clamp(OldMail - at, 0, bytes.Length);
        MailFinder.ReadFully(_journal, bytes.AsSpan(0, first), HeadLength + at);
        MailFinder.ReadFully(_journal, bytes.AsSpan(first), HeadLength + NewMail + at + first);
        return bytes;
    }

    private byte[] ReadNew(long at)
    {
        var bytes = new byte[(int)Math.Clamp(NewMail + Rest - at, 0, BufferSize)];
        MailFinder.ReadFully(_journal, bytes, HeadLength + OldMail + at);
        return bytes;
    }

    private static void Drop(string path)
    {
        Posix.Unlink(path);
        Posix.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    private static void Copy(SafeFileHandle source, long from, long to, FileSink sink)
    {
        var buffer = new byte[BufferSize];
        while (from < to)
        {
            var count = RandomAccess.Read(source, buffer.AsSpan(0, (int)Math.Min(buffer.Length, to - from)), from);
            if (count == 0)
                throw new IOException("the file ended while it was read");
            sink.Write(buffer.AsSpan(0, count));
            from += count;
        }
    }
}
