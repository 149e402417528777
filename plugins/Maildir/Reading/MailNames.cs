using System.Buffers.Text;

namespace MailStore.Maildir.Reading;

/// <summary>
/// The names of the mails in one box, in the order of arrival, which a name begins with. As bytes in a few blocks: a mailbox of 100,000 mails is less than 10 MB.
/// </summary>
internal sealed class MailNames
{
    // below the size from which arrays are collected late
    private const int BlockSize = 64 * 1024;
    private const int BlockBits = 16;

    private readonly List<byte[]> _blocks = [];
    private readonly List<Entry> _entries = [];
    private int _used = BlockSize;

    public int Count => _entries.Count;

    /// <summary>The name at a place, and whether the mail was in <c>cur</c>.</summary>
    public (ReadOnlyMemory<byte> Name, bool IsCur) this[int index] => (NameOf(_entries[index]), _entries[index].IsCur);

    /// <param name="name">As the directory tells it.</param>
    /// <param name="isCur">Where it is.</param>
    /// <param name="seconds">When it arrived.</param>
    public void Add(ReadOnlySpan<byte> name, bool isCur, long seconds)
    {
        if (_used + name.Length > BlockSize)
        {
            _blocks.Add(new byte[BlockSize]);
            _used = 0;
        }

        name.CopyTo(_blocks[^1].AsSpan(_used));
        _entries.Add(new Entry(seconds, ((_blocks.Count - 1) << BlockBits) | _used, (byte)name.Length, isCur));
        _used += name.Length;
    }

    /// <summary>Puts them in order. Of a mail that was seen more than once, what was seen last counts.</summary>
    public void Sort()
    {
        _entries.Sort(Compare);
        var kept = 0;
        for (var i = 0; i < _entries.Count; i++)
        {
            if (i + 1 < _entries.Count && BaseOf(_entries[i]).SequenceEqual(BaseOf(_entries[i + 1])))
                continue;
            _entries[kept++] = _entries[i];
        }

        _entries.RemoveRange(kept, _entries.Count - kept);
    }

    /// <summary>The time in a name; null where there is none, as other programs may name mails.</summary>
    public static long? SecondsOf(ReadOnlySpan<byte> name) =>
        Utf8Parser.TryParse(name, out long seconds, out var length) && seconds >= 0 && length < name.Length && name[length] == '.' ? seconds : null;

    private int Compare(Entry one, Entry other)
    {
        var order = one.Seconds.CompareTo(other.Seconds);
        if (order == 0)
            order = BaseOf(one).SequenceCompareTo(BaseOf(other));
        return order == 0 ? one.Place.CompareTo(other.Place) : order;
    }

    private ReadOnlyMemory<byte> NameOf(Entry entry) => _blocks[entry.Place >> BlockBits].AsMemory(entry.Place & (BlockSize - 1), entry.Length);

    private ReadOnlySpan<byte> BaseOf(Entry entry) => MailFileName.BaseOf(NameOf(entry).Span);

    private readonly record struct Entry(long Seconds, int Place, byte Length, bool IsCur);
}
