using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using MailStore.Sdk;

namespace MailStore.LiteDb.Users;

/// <summary>
/// The users who got mail lately. Read by any thread without a lock; changed only by the store's thread, in the order in which the file changes, so
/// that a read can never put back what a write has replaced.
/// </summary>
/// <remarks>
/// When it is full, the hand of a clock goes round and drops the first user who was not asked for since it came by. Names without a user are not kept:
/// a flood of made-up recipients would push the users out.
/// </remarks>
internal sealed class UserCache(int capacity)
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly List<Entry> _clock = [];
    private int _hand;

    public int Count => _entries.Count;

    public bool TryGet(string name, [NotNullWhen(true)] out UserRecord? user)
    {
        if (!_entries.TryGetValue(name, out var entry))
        {
            user = null;
            return false;
        }

        // Written only when it changes, so that the cache line stays shared between cores.
        if (!entry.Used)
            entry.Used = true;
        user = entry.User;
        return true;
    }

    public void Put(UserRecord user)
    {
        if (_entries.TryGetValue(user.Name, out var entry))
        {
            entry.User = user;
            return;
        }

        entry = new Entry(user);
        if (_clock.Count < capacity)
        {
            _clock.Add(entry);
        }
        else
        {
            var victim = Advance();
            _entries.TryRemove(new KeyValuePair<string, Entry>(_clock[victim].User.Name, _clock[victim]));
            _clock[victim] = entry;
        }

        _entries[user.Name] = entry;
    }

    /// <summary>Forgets a user; his place is taken again when the hand comes by.</summary>
    public void Remove(string name)
    {
        if (_entries.TryRemove(name, out var entry))
            entry.Used = false;
    }

    private int Advance()
    {
        while (true)
        {
            _hand = (_hand + 1) % _clock.Count;
            if (!_clock[_hand].Used)
                return _hand;
            _clock[_hand].Used = false;
        }
    }

    private sealed class Entry(UserRecord user)
    {
        private UserRecord _user = user;

        public bool Used { get; set; }

        public UserRecord User
        {
            get => Volatile.Read(ref _user);
            set => Volatile.Write(ref _user, value);
        }
    }
}
