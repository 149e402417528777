using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace MailStore.Mbox.Format;

/// <summary>
/// Looks whether a file ends in what a crash left: half of a batch, or pages of NULs where the file system knew the length and not yet the bytes. README.md says why this
/// never finds fault with what another program wrote, and finds all that this module did not finish. The file must be locked.
/// </summary>
internal static class TailCheck
{
    private const byte Nul = 0;
    private const int Block = 512;

    /// <summary>Looks; changes nothing.</summary>
    public static Tail Find(SafeFileHandle handle, long length)
    {
        using var file = new FileWindow(handle);
        // what nobody but this module has seen: its last mails, until they are confirmed
        var open = new List<MailHead>();
        MailHead? before = null;
        for (var at = length; MailFinder.FindBefore(file, at, length) is { } head; at = head.Start)
        {
            if (head.Marker is not { IsConfirmed: false } && !IsTornHead(file, head, length))
            {
                before = head;
                break;
            }

            open.Add(head);
        }

        open.Reverse();
        var end = open.Count == 0 ? length : open[0].Start;
        if (FindTear(file, before, end) is { } tear)
            return Cut(file, tear, length, isOurs: false);
        for (var i = 0; i < open.Count; i++)
        {
            end = i + 1 == open.Count ? length : open[i + 1].Start;
            if (open[i].Marker is null)
                return Cut(file, open[i].Start, length, isOurs: false);
            if (MailEnd.Find(file, open[i], end) is not { } whole)
                return Cut(file, open[i].Start, length, isOurs: true);
            if (whole < end && LooksTorn(file, whole, end))
                return Cut(file, whole, length, isOurs: false);
        }

        return new Tail(length, false, open);
    }

    // a tail of NULs tells nothing: nobody needs it
    private static Tail Cut(FileWindow file, long at, long length, bool isOurs) =>
        new(at, !isOurs && NulsFrom(file, at, length) < length, []);

    private static long? FindTear(FileWindow file, MailHead? before, long end)
    {
        if (before is null)
            return end > 0 && LooksTorn(file, 0, end) ? 0 : null;
        if (before.Marker is not null && MailEnd.Find(file, before, end) is { } whole)
            return whole < end && LooksTorn(file, whole, end) ? whole : null;
        return FindTearIn(file, before.Content, end);
    }

    // Behind a mail whose length is not known. A new mail would begin behind an empty line; but that may be lost, too, if it came with the new mail.
    private static long? FindTearIn(FileWindow file, long from, long end)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            // the starts of the last two lines
            var (empty, line) = (-1L, from);
            while (from < end && file.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - from)), from) is > 0 and var count)
            {
                var bytes = buffer.AsSpan(0, count);
                for (var i = 0; i < count;)
                {
                    var next = bytes[i..].IndexOfAny(Nul, (byte)'\n');
                    if (next < 0)
                        break;
                    i += next + 1;
                    if (bytes[i - 1] == '\n')
                        (empty, line) = (from + i - 1 == line ? line : -1, from + i);
                    else if ((empty >= 0 || line == from + i - 1) && LooksTorn(file, line, end))
                        return line;
                }

                from += count;
            }

            return line < end && empty >= 0 && LooksTorn(file, line, end) ? line : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Whether what begins there may be the rest of a mail that this module was writing, and is no mail of anybody's.</summary>
    private static bool LooksTorn(FileWindow file, long at, long end)
    {
        Span<byte> buffer = stackalloc byte[FromLine.MaxLength];
        var bytes = buffer[..file.Read(buffer[..(int)Math.Min(buffer.Length, end - at)], at)];
        var start = bytes.CommonPrefixLength(FromLine.Start);
        if (start < FromLine.Start.Length)
            return start == bytes.Length || IsHole(file, at + start, end);
        var stop = bytes.IndexOfAny(Nul, (byte)'\n');
        return stop < 0 ? at + bytes.Length == end : IsHole(file, at + stop, end);
    }

    // bytes that never came to the disk: NULs up to the end of a block
    private static bool IsHole(FileWindow file, long at, long end) =>
        NulsFrom(file, at, end) is var stop && stop > at && (stop == end || stop % Block == 0);

    // a 'From ' line, and half of the line that follows in all mails of this module
    private static bool IsTornHead(FileWindow file, MailHead head, long end)
    {
        if (head.Marker is not null)
            return false;
        Span<byte> buffer = stackalloc byte[Marker.MaxLength];
        var bytes = buffer[..file.Read(buffer[..(int)Math.Min(buffer.Length, end - head.Content)], head.Content)];
        var start = bytes.CommonPrefixLength(Marker.Name);
        if (start < Marker.Name.Length)
            return start == bytes.Length || IsHole(file, head.Content + start, end);
        var stop = bytes.IndexOfAny(Nul, (byte)'\n');
        return stop < 0 ? bytes.Length < buffer.Length : IsHole(file, head.Content + stop, end);
    }

    private static long NulsFrom(FileWindow file, long at, long end)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (at < end && file.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at) is > 0 and var count)
            {
                if (buffer.AsSpan(0, count).IndexOfAnyExcept(Nul) is >= 0 and var other)
                    return at + other;
                at += count;
            }

            return at;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
