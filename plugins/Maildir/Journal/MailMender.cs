using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;

namespace MailStore.Maildir.Journal;

/// <summary>Compares a file of a Maildir with what was delivered, and writes it again where it is torn.</summary>
internal static class MailMender
{
    private const int Piece = 64 * 1024;

    /// <summary>Looks at a file that may be the mail.</summary>
    public static MendResult Mend(Descriptor directory, string name, FoundMail mail)
    {
        using var file = Posix.TryOpenFile(directory, name);
        if (file is null)
            return MendResult.Absent;
        if (!IsSame(file, mail.Record))
            return MendResult.Another;
        var content = mail.ReadContent();
        if (IsWhole(file, content, mail.Record))
        {
            WriteAgain(directory, name, mail.Record, content);
            return MendResult.Whole;
        }

        // Over the file itself: its reader may rename it at any moment, and may have linked it a second time. That the name still leads to it is looked at once more.
        using var target = Posix.TryOpenForWrite(directory, name);
        if (target is null || !IsSame(target, mail.Record))
            return MendResult.Absent;
        FileContent.Write(target, content, 0);
        Posix.Truncate(target, content.Length);
        Dress(target, mail.Record);
        return MendResult.Mended;
    }

    // After an error of the disk the page cache may hold what the disk has not, and the kernel will not try again: what is written over is told by the next sync.
    private static void WriteAgain(Descriptor directory, string name, MailRecord record, ReadOnlySpan<byte> content)
    {
        Descriptor? target;
        try
        {
            target = Posix.TryOpenForWrite(directory, name);
        }
        catch (PosixException)
        {
            // its user keeps it from being written (a lease): it is whole as far as anybody can see
            return;
        }

        using (target)
        {
            if (target is null || !IsSame(target, record))
                return;
            FileContent.Write(target, content, 0);
            Posix.SetModified(target, record.Arrival);
        }
    }

    /// <summary>Writes a new file. It is synced by the caller.</summary>
    public static void Write(Descriptor directory, string name, FoundMail mail)
    {
        using var file = Posix.CreateFile(directory, name, Modes.File);
        FileContent.Write(file, mail.ReadContent(), 0);
        Dress(file, mail.Record);
        file.CloseChecked();
    }

    private static bool IsSame(Descriptor file, MailRecord record) =>
        FileStatus.Of(file) is { IsRegular: true } status && status.Inode == record.Identity.Inode && Posix.GenerationOf(file) == record.Identity.Generation;

    private static bool IsWhole(Descriptor file, ReadOnlySpan<byte> content, MailRecord record)
    {
        var status = FileStatus.Of(file);
        // the owner and the time are changes of their own, which the power cut may have taken
        if (status.Size != content.Length || status.Modified != record.Arrival || (record.Ids is { } ids && (status.Uid, status.Gid) != (ids.Uid, ids.Gid)))
            return false;
        var piece = new byte[Math.Min(Piece, content.Length)];
        for (var at = 0; at < content.Length; at += Piece)
        {
            var length = Math.Min(Piece, content.Length - at);
            if (FileContent.Read(file, piece.AsSpan(0, length), at) < length || !piece.AsSpan(0, length).SequenceEqual(content.Slice(at, length)))
                return false;
        }

        return true;
    }

    private static void Dress(Descriptor file, MailRecord record)
    {
        Posix.SetMode(file, Modes.File);
        record.Ids?.ApplyTo(file);
        Posix.SetModified(file, record.Arrival);
    }
}
