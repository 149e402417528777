using System.Buffers;
using System.Diagnostics;
using MailStore.Maildir.Interop;
using MailStore.Maildir.Journal;
using MailStore.Maildir.Places;
using MailStore.Sdk;

namespace MailStore.Maildir.Delivery;

/// <summary>
/// Stores one mail: a new file in <c>tmp</c>, written, synced and closed without an error, renamed into <c>new</c>, and that synced. Only
/// then it is stored. The rename is the commit point: until then a cancellation is heeded, and whatever happens leaves nothing. With a journal, one write to that
/// takes the place of both syncs, before the rename.
/// </summary>
internal static class MailWriter
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Stores a mail.</summary>
    /// <returns>How long of it was waiting for the disk to have it.</returns>
    /// <exception cref="PosixException">It is not stored, and no reader will see it.</exception>
    /// <exception cref="OperationCanceledException">As well.</exception>
    public static TimeSpan Store(Mail mail, string name, Descriptor tmp, Descriptor @new, MailboxPlace place, OpenJournal? journal, JournalSlot slot, CancellationToken cancellationToken)
    {
        TimeSpan sync;
        var isCommitted = false;
        JournalEntry? entry = null;
        using (var file = Posix.CreateFile(tmp, name, Modes.File))
        {
            try
            {
                Write(mail, file, place.Ids, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                var began = Stopwatch.GetTimestamp();
                entry = journal?.TryCommit(mail, file, name, place, slot);
                if (entry is null)
                    Posix.Sync(file);
                sync = Stopwatch.GetElapsedTime(began);
                file.CloseChecked();
                // what the journal has is durable, whoever has gone meanwhile
                if (entry is null)
                    cancellationToken.ThrowIfCancellationRequested();
                Posix.Rename(tmp, name, @new, name);
                isCommitted = true;
            }
            finally
            {
                // from both places, as on NFS a rename that failed may have been done; the error that led here is the one to tell
                if (!isCommitted)
                    Remove(name, @new, tmp);
                if (entry is not null)
                    journal!.Leave(entry);
            }
        }

        return entry is null ? sync + SyncOrUndo(tmp, @new, name) : sync;
    }

    /// <summary>Writes a mail that is to be renamed by somebody else: a new file in <c>tmp</c>, written, synced and closed. Whatever happens otherwise leaves nothing.</summary>
    public static void Prepare(Mail mail, string name, Descriptor tmp, Ownership? ids, CancellationToken cancellationToken)
    {
        var isWritten = false;
        using var file = Posix.CreateFile(tmp, name, Modes.File);
        try
        {
            Write(mail, file, ids, cancellationToken);
            Posix.Sync(file);
            file.CloseChecked();
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

    private static void Write(Mail mail, Descriptor file, Ownership? ids, CancellationToken cancellationToken)
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
