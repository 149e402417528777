using MailStore.Sdk;

namespace MailStore.Host.Admin.Moving;

/// <summary>Mails that an earlier attempt has brought to the new place, by what is in them: each is taken once, for a mail of the old place that is the same.</summary>
internal sealed class UnclaimedMails
{
    private readonly Dictionary<UInt128, Stack<Unclaimed>> _mails = [];

    public bool IsEmpty => _mails.Count == 0;

    /// <param name="content">See <see cref="MailHash.Within"/>.</param>
    public void Add(UInt128 content, StoredMail mail)
    {
        if (!_mails.TryGetValue(content, out var same))
            _mails[content] = same = [];
        same.Push(new Unclaimed(mail.Id, mail.Flags));
    }

    public Unclaimed? TryTake(UInt128 content)
    {
        if (!_mails.TryGetValue(content, out var same))
            return null;
        var mail = same.Pop();
        if (same.Count == 0)
            _mails.Remove(content);
        return mail;
    }

    /// <summary>Takes all that are left.</summary>
    public IReadOnlyList<string> TakeAll()
    {
        var left = _mails.Values.SelectMany(same => same).Select(mail => mail.Id).ToList();
        _mails.Clear();
        return left;
    }

    internal sealed record Unclaimed(string Id, MailFlags Flags);
}
