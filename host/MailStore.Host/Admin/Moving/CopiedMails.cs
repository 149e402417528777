using System.Text;
using MailStore.Sdk;

namespace MailStore.Host.Admin.Moving;

/// <summary>The mails of the old place that are at the new one: a few hundred bytes each, since a mailbox may hold a million.</summary>
internal sealed class CopiedMails
{
    private readonly Dictionary<UInt128, Entry> _mails = [];
    private ILookup<UInt128, UInt128>? _byContent;
    private int _pass;

    public int Count => _mails.Count;

    /// <summary>The sum of what a list of the new place has to tell of them, in any order.</summary>
    public UInt128 Sum { get; private set; }

    /// <summary>The ids at the old place of those that this pass has not seen.</summary>
    public IReadOnlyList<string> Unseen => [.. _mails.Values.Where(mail => mail.Pass != _pass).Select(mail => Encoding.UTF8.GetString(mail.Source))];

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
        var key = MailHash.OfId(id);
        if (!_mails.TryGetValue(key, out var entry))
            return null;
        _mails[key] = entry with { Pass = _pass };
        return entry.Flags;
    }

    /// <summary>The id of a mail at the new place.</summary>
    public string TargetOf(string id) => Encoding.UTF8.GetString(_mails[MailHash.OfId(id)].Target);

    /// <summary>The ids at the old place of mails that were copied before this pass, have this content and came when this one did.</summary>
    public IEnumerable<string> FindSame(LoadedMail mail)
    {
        // made only in passes that find a mail which is not known
        _byContent ??= _mails.ToLookup(copied => copied.Value.Content, copied => copied.Key);
        foreach (var key in _byContent[mail.Hash])
        {
            if (_mails.TryGetValue(key, out var entry) && entry.Pass != _pass && entry.Arrival == mail.Listed.Arrival.ToUnixTimeSeconds())
                yield return Encoding.UTF8.GetString(entry.Source);
        }
    }

    public void Add(LoadedMail mail, string target, UInt128 listed, MailFlags flags)
    {
        var id = mail.Listed.Id;
        _mails[MailHash.OfId(id)] = new Entry(Encoding.UTF8.GetBytes(id), Encoding.UTF8.GetBytes(target), mail.Hash, mail.Listed.Arrival.ToUnixTimeSeconds(), listed, flags, _pass);
        Sum = unchecked(Sum + Summand(listed, flags));
    }

    /// <summary>A mail has another id at the old place now.</summary>
    public void Rename(string id, string to)
    {
        if (_mails.Remove(MailHash.OfId(id), out var entry))
            _mails[MailHash.OfId(to)] = entry with { Source = Encoding.UTF8.GetBytes(to), Pass = _pass };
    }

    public void SetFlags(string id, MailFlags flags)
    {
        var key = MailHash.OfId(id);
        var entry = _mails[key];
        Sum = unchecked(Sum - Summand(entry.Listed, entry.Flags) + Summand(entry.Listed, flags));
        _mails[key] = entry with { Flags = flags };
    }

    public void Forget(string id)
    {
        if (_mails.Remove(MailHash.OfId(id), out var entry))
            Sum = unchecked(Sum - Summand(entry.Listed, entry.Flags));
    }

    /// <param name="Source">The id at the old place.</param>
    /// <param name="Target">The id at the new one.</param>
    private readonly record struct Entry(byte[] Source, byte[] Target, UInt128 Content, long Arrival, UInt128 Listed, MailFlags Flags, int Pass);
}
