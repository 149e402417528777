using MailStore.Mbox.Locks;
using MailStore.Mbox.Format;

namespace MailStore.Mbox.Reading;

/// <summary>Where mails were seen lately, so that those that are opened in the order of a listing are found without a look through the file.</summary>
internal sealed class Whereabouts
{
    private const int MaxPlaces = 4096;
    private const int Ahead = 1024;

    private readonly Lock _lock = new();
    private Dictionary<string, long> _places = new(StringComparer.Ordinal);
    private Dictionary<string, long> _older = new(StringComparer.Ordinal);

    /// <summary>Notes where a mail is.</summary>
    public void Note(string id, long start)
    {
        lock (_lock)
        {
            if (_places.Count >= MaxPlaces)
                (_places, _older) = (new Dictionary<string, long>(StringComparer.Ordinal), _places);
            _places[id] = start;
        }
    }

    /// <summary>Finds a mail by its id; null if it is not there.</summary>
    public MailEntry? Find(LockedFile file, MailId id, long end) => FindNoted(file, id, end) ?? Search(file, id, end);

    private MailEntry? FindNoted(LockedFile file, MailId id, long end)
    {
        long start;
        lock (_lock)
        {
            if (!_places.TryGetValue(id.ToString(), out start) && !_older.TryGetValue(id.ToString(), out start))
                return null;
        }

        if (start >= end || MailHead.Read(file.Handle, start, end) is not { } head || !IsLineStart(file, start))
            return null;
        var entry = MailEntry.Read(file.Handle, head, end);
        return entry.Name == id.Name ? entry : null;
    }

    private MailEntry? Search(LockedFile file, MailId id, long end)
    {
        MailEntry? found = null;
        var (number, ahead) = (0, 0);
        for (var head = MailFinder.FindFrom(file.Handle, 0, end); head is not null && ahead < Ahead;)
        {
            var stop = MailFinder.EndOf(file.Handle, head, end);
            if (found is not null)
            {
                ahead++;
                if (head.Marker is { } marker)
                    Note(marker.Id, head.Start);
            }
            else if (MailEntry.NameOf(file.Handle, head, stop) == id.Name && ++number == id.Number)
            {
                found = MailEntry.Read(file.Handle, head, end);
            }

            head = stop < end ? MailFinder.FindFrom(file.Handle, stop, end) : null;
        }

        return found;
    }

    private static bool IsLineStart(LockedFile file, long start)
    {
        Span<byte> before = stackalloc byte[1];
        return start == 0 || (RandomAccess.Read(file.Handle, before, start - 1) == 1 && before[0] == (byte)'\n');
    }
}
