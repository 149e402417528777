using System.Collections.Concurrent;
using MailStore.Maildir.Interop;

namespace MailStore.Maildir.Reading;

/// <summary>
/// What the module remembers of flags: of the boxes that were read last, as many as a few movers and readers have open at once, a few MB for each 100,000 mails.
/// Safe for concurrent use: of two boxes that are added at once one may be forgotten.
/// </summary>
internal sealed class FlagsMemory
{
    private const int Most = 8;
    private const int MostStored = 4096;

    private readonly ConcurrentDictionary<string, string> _stored = new(StringComparer.Ordinal);
    private volatile KnownFlags[] _boxes = [];

    /// <summary>What was seen in a box; null if it is not remembered.</summary>
    public KnownFlags? Of(Descriptor box) => Array.Find(_boxes, known => known.Box == box.Path);

    /// <summary>What the name of a mail that was just imported ends in: who imports it reads it back, and is not to read the whole directory for each batch. Null if it is not remembered.</summary>
    /// <param name="name">The unique name of its file.</param>
    public string? OfStored(string name) => _stored.GetValueOrDefault(name);

    /// <inheritdoc cref="OfStored"/>
    public void AddStored(string name, string end)
    {
        if (_stored.Count >= MostStored)
            _stored.Clear();
        _stored[name] = end;
    }

    public void Add(KnownFlags seen) => _boxes = [seen, .. _boxes.Where(known => known.Box != seen.Box).Take(Most - 1)];
}
