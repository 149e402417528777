using System.Collections.Concurrent;
using System.Globalization;

namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>What was sent and what was promised, noted outside of the file system whose power is cut. Thread-safe.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<(string Id, string User), SentMail> _mails = [];
    private readonly ConcurrentDictionary<string, SentUser> _users = [];
    private readonly ConcurrentQueue<string> _complaints = [];
    private readonly ConcurrentDictionary<string, byte> _told = [];
    private int _ids;

    public IEnumerable<SentMail> Mails => _mails.Values;

    public IEnumerable<SentUser> Users => _users.Values;

    /// <summary>What no client may see, whatever the disk does.</summary>
    public IEnumerable<string> Complaints => _complaints;

    /// <summary>Notes a mail that is about to be sent.</summary>
    public IReadOnlyList<SentMail> Note(IEnumerable<string> users, int size, out byte[] content)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"M{Interlocked.Increment(ref _ids)}X");
        var mail = content = TestMail.Make(id, size);
        return [.. users.Select(user => _mails[(id, user)] = new SentMail(id, user, size, mail.Length, TestMail.Hash(mail)))];
    }

    public SentMail? Find(string id, string user) => _mails.GetValueOrDefault((id, user));

    /// <summary>Notes a user who is about to be added.</summary>
    public SentUser NoteUser(string name, string quota) => _users[name] = new SentUser(name, quota);

    public SentUser? FindUser(string name) => _users.GetValueOrDefault(name);

    /// <summary>Whether this is said for the first time: what one cut did is there after the next one as well.</summary>
    public bool IsNews(string what) => _told.TryAdd(what, 0);

    public void Complain(string what) => _complaints.Enqueue(what);
}
