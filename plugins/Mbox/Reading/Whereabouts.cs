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
    public MailEntry? Find(LockedFile file, MailId id, long end)
    {
        using var window = new FileWindow(file.Handle);
        return FindNoted(window, id, end) ?? Search(window, id, end);
    }

    /// <summary>Mails behind a place are further on, or back, by so much.</summary>
    public void Shift(long behind, long by)
    {
        lock (_lock)
        {
            foreach (var places in (Dictionary<string, long>[])[_places, _older])
            {
                foreach (var (id, start) in places.ToList())
                {
                    if (start > behind)
                        places[id] = start + by;
                }
            }
        }
    }

    private MailEntry? FindNoted(FileWindow file, MailId id, long end)
    {
        long start;
        lock (_lock)
        {
            if (!_places.TryGetValue(id.ToString(), out start) && !_older.TryGetValue(id.ToString(), out start))
                return null;
        }

        if (start >= end || MailHead.Read(file, start, end) is not { } head || !IsLineStart(file, start))
            return null;
        var entry = MailEntry.Read(file, head, end);
        return entry.Name == id.Name ? entry : null;
    }

    private MailEntry? Search(FileWindow file, MailId id, long end)
    {
        MailEntry? found = null;
        var (number, ahead) = (0, 0);
        for (var head = MailFinder.FindFrom(file, 0, end); head is not null && ahead < Ahead;)
        {
            var stop = MailFinder.EndOf(file, head, end);
            if (found is not null)
            {
                ahead++;
                if (head.Marker is { } marker)
                    Note(marker.Id, head.Start);
            }
            else if (MailEntry.NameOf(file, head, stop) == id.Name && ++number == id.Number)
            {
                found = MailEntry.Read(file, head, end);
            }

            head = stop < end ? MailFinder.FindFrom(file, stop, end) : null;
        }

        return found;
    }

    private static bool IsLineStart(FileWindow file, long start) => start == 0 || file.Look(start - 1, 1) is [(byte)'\n'];
}
