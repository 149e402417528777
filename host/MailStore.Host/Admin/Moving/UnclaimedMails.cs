using MailStore.Sdk;

namespace MailStore.Host.Admin.Moving;

/// <summary>Mails that an earlier attempt has brought to the new place, by what is in them: each is taken once, for a mail of the old place that is the same.</summary>
internal sealed class UnclaimedMails
{
    private readonly Dictionary<UInt128, List<StoredMail>> _mails = [];

    public bool IsEmpty => _mails.Count == 0;

    public void Add(UInt128 content, StoredMail mail)
    {
        if (!_mails.TryGetValue(content, out var same))
            _mails[content] = same = [];
        same.Add(mail);
    }

    /// <summary>Takes one with this content.</summary>
    /// <param name="folder">Where it should be.</param>
    /// <param name="arrival">When it should have come, to the second; null where that is not kept.</param>
    /// <param name="isExact">Whether it must; else one that is elsewhere serves, where there is none that is not.</param>
    public StoredMail? TryTake(UInt128 content, string? folder, DateTimeOffset? arrival, bool isExact)
    {
        if (!_mails.TryGetValue(content, out var same))
            return null;
        var at = same.FindIndex(mail => mail.Folder == folder && (arrival is null || mail.Arrival.ToUnixTimeSeconds() == arrival.Value.ToUnixTimeSeconds()));
        if (at < 0 && isExact)
            return null;
        at = Math.Max(at, 0);
        var mail = same[at];
        same.RemoveAt(at);
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
}
