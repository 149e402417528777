using MailStore.Mbox.Format;
using MailStore.Mbox.Locks;
using MailStore.Mbox.Reading;
using MailStore.Sdk;

namespace MailStore.Mbox.Delivery;

/// <summary>
/// Removes a mail from a locked file, or sets its flags; all that stands behind moves. In place, as all programs that share the file do it: one that waits for the lock has the file open, and
/// would go on with the old one if another had taken its name. Blocks; runs on a worker.
/// </summary>
internal sealed class MailChanger(LockedFile file, MailEntry entry)
{
    private const int MaxHeader = 1024 * 1024;

    /// <summary>Writes down what is to be done.</summary>
    /// <param name="flags">The mail's flags; null to remove it.</param>
    /// <returns>Null where nothing is to be done.</returns>
    public ChangeJournal? Prepare(MailFlags? flags) => flags is { } wanted ? PrepareFlags(wanted) : ChangeJournal.Write(file, entry.Head.Start, entry.End, static _ => { });

    private ChangeJournal? PrepareFlags(MailFlags flags)
    {
        if ((flags & FlagField.Kept) == entry.Flags)
            return null;
        // a header that is longer is none; what stands behind stays where it is
        var header = new byte[(int)Math.Min(MaxHeader, entry.End - entry.Head.MarkerEnd)];
        header = header[..MailFinder.ReadFully(file.Handle, header, entry.Head.MarkerEnd)];
        return ChangeJournal.Write(file, entry.Head.MarkerEnd, entry.Head.MarkerEnd + header.Length, sink =>
        {
            sink.Write(FlagField.Format(flags));
            WriteWithoutFlags(header, sink);
        });
    }

    private static void WriteWithoutFlags(ReadOnlySpan<byte> header, FileSink sink)
    {
        while (!header.IsEmpty)
        {
            var end = header.IndexOf((byte)'\n') + 1;
            var line = end == 0 ? header : header[..end];
            if (line is [(byte)'\n'] or [(byte)'\r', (byte)'\n'])
                break;
            if (!FlagField.IsOne(line))
                sink.Write(line);
            header = header[line.Length..];
        }

        sink.Write(header);
    }
}
