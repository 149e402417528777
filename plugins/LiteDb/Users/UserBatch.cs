using MailStore.Sdk;

namespace MailStore.LiteDb.Users;

/// <summary>
/// The writes that share one transaction and one fsync. Each is decided on the state that those before it leave; only what each user comes to at the
/// end is written.
/// </summary>
internal sealed class UserBatch(UserStore store, UserCache cache)
{
    private readonly Dictionary<string, UserRecord?> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _sequences = new(StringComparer.Ordinal);
    private long _lastVersion = store.LastVersion;

    /// <summary>The names that it touches.</summary>
    public IEnumerable<string> Names => _users.Keys;

    public UserRecord? Add(UserRecord user) => Find(user.Name) is null ? Put(user) : null;

    public UserRecord? Replace(UserRecord user) => Find(user.Name)?.Version == user.Version ? Put(user) : null;

    public bool Remove(UserRecord user)
    {
        if (Find(user.Name)?.Version != user.Version)
            return false;
        _users[user.Name] = null;
        return true;
    }

    public long Next(string sequence) => _sequences[sequence] = Last(sequence) + 1;

    /// <summary>Goes on counting from there, where that is further.</summary>
    public bool Raise(UserDatabaseCounters counters)
    {
        _lastVersion = Math.Max(_lastVersion, counters.LastVersion);
        foreach (var (sequence, last) in counters.Sequences)
        {
            if (last > Last(sequence))
                _sequences[sequence] = last;
        }

        return true;
    }

    /// <summary>Makes it durable, and then seen by readers.</summary>
    public void Commit()
    {
        if (_users.Count == 0 && _sequences.Count == 0 && _lastVersion == store.LastVersion)
            return;

        store.Commit(_users, _sequences, _lastVersion);
        foreach (var (name, user) in _users)
        {
            if (user is null)
                cache.Remove(name);
            else
                cache.Put(user);
        }
    }

    private long Last(string sequence) => _sequences.TryGetValue(sequence, out var own) ? own : store.LastNumber(sequence);

    private UserRecord? Find(string name)
    {
        if (_users.TryGetValue(name, out var own))
            return own;
        return cache.TryGet(name, out var cached) ? cached : store.Find(name);
    }

    private UserRecord Put(UserRecord user)
    {
        var stored = user with { Version = ++_lastVersion };
        _users[user.Name] = stored;
        return stored;
    }
}
