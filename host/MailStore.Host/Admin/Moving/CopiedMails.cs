using System.Text;
using MailStore.Sdk;

namespace MailStore.Host.Admin.Moving;

/// <summary>The mails of the old place that are at the new one: about a hundred bytes each, since a mailbox may hold a million.</summary>
internal sealed class CopiedMails
{
    private readonly Dictionary<UInt128, Entry> _mails = [];
    private int _pass;

    public int Count => _mails.Count;

    /// <summary>The sum of what a list of the new place has to tell of them, in any order.</summary>
    public UInt128 Sum { get; private set; }

    /// <summary>What a mail adds to <see cref="Sum"/>.</summary>
    /// <param name="listed">See <see cref="MailHash.OfListed"/>.</param>
    public static UInt128 Summand(UInt128 listed, MailFlags flags) => unchecked(listed * (2 * (UInt128)(uint)flags + 1));

    /// <summary>A look at all of the old place begins.</summary>
    public void BeginPass() => _pass++;

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

    public void Add(string id, string target, UInt128 listed, MailFlags flags)
    {
        _mails[MailHash.OfId(id)] = new Entry(Encoding.UTF8.GetBytes(target), listed, flags, _pass);
        Sum = unchecked(Sum + Summand(listed, flags));
    }

    public void SetFlags(string id, MailFlags flags)
    {
        var key = MailHash.OfId(id);
        var entry = _mails[key];
        Sum = unchecked(Sum - Summand(entry.Listed, entry.Flags) + Summand(entry.Listed, flags));
        _mails[key] = entry with { Flags = flags };
    }

    public void Forget(string id) => Forget(MailHash.OfId(id));

    /// <summary>Forgets those that this pass has not seen.</summary>
    /// <returns>Their ids at the new place.</returns>
    public IReadOnlyList<string> ForgetUnseen()
    {
        var gone = _mails.Where(mail => mail.Value.Pass != _pass).ToList();
        foreach (var (key, _) in gone)
            Forget(key);
        return [.. gone.Select(mail => Encoding.UTF8.GetString(mail.Value.Target))];
    }

    private void Forget(UInt128 key)
    {
        if (_mails.Remove(key, out var entry))
            Sum = unchecked(Sum - Summand(entry.Listed, entry.Flags));
    }

    private readonly record struct Entry(byte[] Target, UInt128 Listed, MailFlags Flags, int Pass);
}
