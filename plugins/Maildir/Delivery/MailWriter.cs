using System.Buffers;
using System.Diagnostics;
using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Sdk;

namespace MailStore.Maildir.Delivery;

/// <summary>
/// Stores one mail: a new file in <c>tmp</c>, written, synced and closed without an error, renamed into <c>new</c>, and that synced. Only
/// then it is stored. The rename is the commit point: until then a cancellation is heeded, and whatever happens leaves nothing.
/// </summary>
internal static class MailWriter
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Stores a mail.</summary>
    /// <returns>How long of it was waiting for the disk to have it.</returns>
    /// <exception cref="PosixException">It is not stored, and no reader will see it.</exception>
    /// <exception cref="OperationCanceledException">As well.</exception>
    public static TimeSpan Store(Mail mail, string name, Descriptor tmp, Descriptor @new, Ownership? ids, CancellationToken cancellationToken)
    {
        TimeSpan sync;
        var isCommitted = false;
        using (var file = Posix.CreateFile(tmp, name, Modes.File))
        {
            try
            {
                sync = Write(mail, file, ids, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                Posix.Rename(tmp, name, @new, name);
                isCommitted = true;
            }
            finally
            {
                // from both places, as on NFS a rename that failed may have been done; the error that led here is the one to tell
                if (!isCommitted)
                    Remove(name, @new, tmp);
            }
        }

        return sync + SyncOrUndo(tmp, @new, name);
    }

    /// <summary>Writes a mail that is to be renamed by somebody else: a new file in <c>tmp</c>, written, synced and closed. Whatever happens otherwise leaves nothing.</summary>
    public static void Prepare(Mail mail, string name, Descriptor tmp, Ownership? ids, CancellationToken cancellationToken)
    {
        var isWritten = false;
        using var file = Posix.CreateFile(tmp, name, Modes.File);
        try
        {
            Write(mail, file, ids, cancellationToken);
            isWritten = true;
        }
        finally
        {
            if (!isWritten)
                Remove(name, tmp);
        }
    }

    /// <summary>Removes a mail that is not to be seen from where it may be. Best effort: what stays in <c>tmp</c> is swept.</summary>
    public static void Remove(string name, params ReadOnlySpan<Descriptor> directories)
    {
        foreach (var directory in directories)
        {
            try
            {
                Posix.Unlink(directory, name);
            }
            catch (PosixException)
            {
            }
        }
    }

    private static TimeSpan Write(Mail mail, Descriptor file, Ownership? ids, CancellationToken cancellationToken)
    {
        if (Umask.HidesFromOwner)
            Posix.SetMode(file, Modes.File);
        ids?.ApplyTo(file);
        if (mail.TryGetContent(out var content))
            FileContent.Write(file, mail.Header, content);
        else
            Copy(mail, file, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        Posix.SetModified(file, mail.Arrival);
        var began = Stopwatch.GetTimestamp();
        Posix.Sync(file);
        var sync = Stopwatch.GetElapsedTime(began);
        file.CloseChecked();
        return sync;
    }

    private static void Copy(Mail mail, Descriptor file, CancellationToken cancellationToken)
    {
        using var stream = mail.OpenRead();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var total = 0L;
            while (stream.Read(buffer) is > 0 and var count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                FileContent.Write(file, buffer.AsMemory(0, count));
                total += count;
            }

            if (total != mail.Size)
                throw new IOException($"the mail ended after {total} of {mail.Size} bytes");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // The mail must not be seen: a power cut could still take it, and the MTA will send it again.
    private static TimeSpan SyncOrUndo(Descriptor tmp, Descriptor @new, string name)
    {
        var isDurable = false;
        var began = Stopwatch.GetTimestamp();
        try
        {
            Posix.Sync(@new);
            isDurable = true;
            return Stopwatch.GetElapsedTime(began);
        }
        finally
        {
            if (!isDurable)
                Remove(name, @new, tmp);
        }
    }
}
