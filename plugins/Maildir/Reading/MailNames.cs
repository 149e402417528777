using System.Buffers;
using System.Buffers.Text;

namespace MailStore.Maildir.Reading;

/// <summary>
/// The names of the mails in one box, in the order of arrival, which a name begins with. As bytes in a few blocks: a mailbox of 100,000 mails is less than 10 MB.
/// The memory is lent by pools, since a box is listed several times while its user moves, and what lives so long is collected late. They are not the shared ones, of which
/// each thread that ever listed a box would keep a piece.
/// </summary>
internal sealed class MailNames
{
    private const int BlockBits = 18;
    private const int BlockSize = 1 << BlockBits;

    // most boxes are small
    private const int FirstBlockSize = 8 * 1024;
    private const int FirstEntries = 128;

    // what is kept for the next list: at most 8 MB of names, and entries of 100,000 mails twice
    private static readonly ArrayPool<byte> Blocks = ArrayPool<byte>.Create(BlockSize, 32);
    private static readonly ArrayPool<Entry> EntryArrays = ArrayPool<Entry>.Create(128 * 1024, 2);

    private readonly List<byte[]> _blocks = [];
    private Entry[] _entries = [];
    private int _used;

    public int Count { get; private set; }

    /// <summary>The name at a place, and whether the mail was in <c>cur</c>.</summary>
    public (ReadOnlyMemory<byte> Name, bool IsCur) this[int index] => (NameOf(Entries[index]), Entries[index].IsCur);

    private Span<Entry> Entries => _entries.AsSpan(0, Count);

    /// <param name="name">As the directory tells it.</param>
    /// <param name="isCur">Where it is.</param>
    /// <param name="seconds">When it arrived.</param>
    public void Add(ReadOnlySpan<byte> name, bool isCur, long seconds)
    {
        if (_blocks.Count == 0 || _used + name.Length > Math.Min(_blocks[^1].Length, BlockSize))
        {
            _blocks.Add(Blocks.Rent(_blocks.Count == 0 ? FirstBlockSize : BlockSize));
            _used = 0;
        }

        if (Count == _entries.Length)
            Grow();
        name.CopyTo(_blocks[^1].AsSpan(_used));
        _entries[Count++] = new Entry(seconds, ((_blocks.Count - 1) << BlockBits) | _used, (byte)name.Length, isCur);
        _used += name.Length;
    }

    /// <summary>Puts them in order. Of a mail that was seen more than once, what was seen last counts.</summary>
    public void Sort()
    {
        var entries = Entries;
        entries.Sort(Compare);
        var kept = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            if (i + 1 < entries.Length && BaseOf(entries[i]).SequenceEqual(BaseOf(entries[i + 1])))
                continue;
            entries[kept++] = entries[i];
        }

        Count = kept;
    }

    /// <summary>Forgets them, and gives their memory back. Not called by whoever leaves a list before its end, which costs no more than the memory's collection.</summary>
    public void Clear()
    {
        foreach (var block in _blocks)
            Blocks.Return(block);
        _blocks.Clear();
        Count = 0;
        ReturnEntries();
        _entries = [];
    }

    /// <summary>The time in a name; null where there is none, as other programs may name mails.</summary>
    public static long? SecondsOf(ReadOnlySpan<byte> name) =>
        Utf8Parser.TryParse(name, out long seconds, out var length) && seconds >= 0 && length < name.Length && name[length] == '.' ? seconds : null;

    private void Grow()
    {
        var larger = EntryArrays.Rent(Math.Max(FirstEntries, Count * 2));
        Entries.CopyTo(larger);
        ReturnEntries();
        _entries = larger;
    }

    private void ReturnEntries()
    {
        if (_entries.Length > 0)
            EntryArrays.Return(_entries);
    }

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
