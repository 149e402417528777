using MailStore.Maildir.Interop;

namespace MailStore.Maildir.Reading;

/// <summary>
/// What the module remembers of flags: of the boxes that were read last, as many as a few movers and readers have open at once, a few MB for each 100,000 mails.
/// Safe for concurrent use: of two boxes that are added at once one may be forgotten.
/// </summary>
internal sealed class FlagsMemory
{
    private const int Most = 8;

    private volatile KnownFlags[] _boxes = [];

    /// <summary>What was seen in a box; null if it is not remembered.</summary>
    public KnownFlags? Of(Descriptor box) => Array.Find(_boxes, known => known.Box == box.Path);

    public void Add(KnownFlags seen) => _boxes = [seen, .. _boxes.Where(known => known.Box != seen.Box).Take(Most - 1)];
}
