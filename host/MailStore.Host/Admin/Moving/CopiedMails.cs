using System.Text;
using MailStore.Sdk;

namespace MailStore.Host.Admin.Moving;

/// <summary>The mails of the old place that are at the new one: a few hundred bytes each, since a mailbox may hold a million.</summary>
internal sealed class CopiedMails
{
    // entries lie in pages below the size from which arrays are collected late, and are named by their number
    private const int PageBits = 9;
    private const int PageSize = 1 << PageBits;

    // many small tables by the last bits of the key, for the same reason: one that grows leaves its old array behind
    private const int Tables = 256;

    private readonly Dictionary<UInt128, int>?[] _tables = new Dictionary<UInt128, int>?[Tables];
    private readonly List<Entry[]> _pages = [];
    private readonly Stack<int> _free = [];
    private ILookup<UInt128, int>? _byContent;
    private int _used;
    private int _pass;

    public int Count { get; private set; }

    /// <summary>The sum of what a list of the new place has to tell of them, in any order.</summary>
    public UInt128 Sum { get; private set; }

    /// <summary>The ids at the old place of those that this pass has not seen.</summary>
    public IReadOnlyList<string> Unseen => [.. Numbers.Where(number => At(number).Pass != _pass).Select(number => At(number).Source)];

    /// <summary>What a mail adds to <see cref="Sum"/>.</summary>
    /// <param name="listed">See <see cref="MailHash.OfListed"/>.</param>
    public static UInt128 Summand(UInt128 listed, MailFlags flags) => unchecked(listed * (2 * (UInt128)(uint)flags + 1));

    /// <summary>A look at all of the old place begins.</summary>
    public void BeginPass()
    {
        _pass++;
        _byContent = null;
    }

    /// <summary>Finds a mail that is listed, and notes that it was.</summary>
    /// <returns>Its flags at the new place; null if it is not there yet.</returns>
    public MailFlags? See(string id)
    {
        if (NumberOf(id) is not { } number)
            return null;
        ref var entry = ref At(number);
        entry = entry with { Pass = _pass };
        return entry.Flags;
    }

    /// <summary>The id of a mail at the new place.</summary>
    public string TargetOf(string id) => At(NumberOf(id)!.Value).Target;

    /// <summary>The ids at the old place of mails that were copied before this pass, have this content and came when this one did.</summary>
    public IEnumerable<string> FindSame(LoadedMail mail)
    {
        // made only in passes that find a mail which is not known
        _byContent ??= Numbers.ToLookup(number => At(number).Content);
        foreach (var number in _byContent[mail.Hash])
        {
            // gone meanwhile, and perhaps another one by now
            var entry = At(number);
            if (entry.IsThere && entry.Content == mail.Hash && entry.Pass != _pass && entry.Arrival == mail.Listed.Arrival.ToUnixTimeSeconds())
                yield return entry.Source;
        }
    }

    public void Add(LoadedMail mail, string target, UInt128 listed, MailFlags flags)
    {
        var number = _free.TryPop(out var free) ? free : _used++;
        if (number >> PageBits == _pages.Count)
            _pages.Add(new Entry[PageSize]);
        At(number) = new Entry(mail.Hash, mail.Listed.Arrival.ToUnixTimeSeconds(), listed, flags, _pass).With(mail.Listed.Id, target);
        Put(mail.Listed.Id, number);
        Sum = unchecked(Sum + Summand(listed, flags));
    }

    /// <summary>A mail has another id at the old place now.</summary>
    public void Rename(string id, string to)
    {
        if (Take(id) is not { } number)
            return;
        ref var entry = ref At(number);
        entry = (entry with { Pass = _pass }).With(to, entry.Target);
        Put(to, number);
    }

    public void SetFlags(string id, MailFlags flags)
    {
        ref var entry = ref At(NumberOf(id)!.Value);
        Sum = unchecked(Sum - Summand(entry.Listed, entry.Flags) + Summand(entry.Listed, flags));
        entry = entry with { Flags = flags };
    }

    public void Forget(string id)
    {
        if (Take(id) is not { } number)
            return;
        ref var entry = ref At(number);
        Sum = unchecked(Sum - Summand(entry.Listed, entry.Flags));
        entry = default;
        _free.Push(number);
    }

    private IEnumerable<int> Numbers => _tables.Where(table => table is not null).SelectMany(table => table!.Values);

    private int? NumberOf(string id)
    {
        var key = MailHash.OfId(id);
        return _tables[TableOf(key)] is { } table && table.TryGetValue(key, out var number) ? number : null;
    }

    private void Put(string id, int number)
    {
        var key = MailHash.OfId(id);
        var table = _tables[TableOf(key)] ??= [];
        var before = table.Count;
        table[key] = number;
        Count += table.Count - before;
    }

    private int? Take(string id)
    {
        var key = MailHash.OfId(id);
        if (_tables[TableOf(key)] is not { } table || !table.Remove(key, out var number))
            return null;
        Count--;
        return number;
    }

    private static int TableOf(UInt128 key) => (int)(key & (Tables - 1));

    private ref Entry At(int number) => ref _pages[number >> PageBits][number & (PageSize - 1)];

    private readonly record struct Entry(UInt128 Content, long Arrival, UInt128 Listed, MailFlags Flags, int Pass)
    {
        // that at the old place, then that at the new one: one object in place of two
        private readonly byte[]? _ids;
        private readonly int _sourceLength;

        private Entry(Entry other, byte[] ids, int sourceLength)
            : this(other.Content, other.Arrival, other.Listed, other.Flags, other.Pass) => (_ids, _sourceLength) = (ids, sourceLength);

        /// <summary>False: its mail is forgotten.</summary>
        public bool IsThere => _ids is not null;

        public string Source => Encoding.UTF8.GetString(_ids.AsSpan(0, _sourceLength));

        public string Target => Encoding.UTF8.GetString(_ids.AsSpan(_sourceLength));

        public Entry With(string source, string target) => new(this, Encoding.UTF8.GetBytes(source + target), Encoding.UTF8.GetByteCount(source));
    }
}
