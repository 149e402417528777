using System.Runtime.CompilerServices;

namespace MailStore.Sdk.Conformance;

/// <summary>
/// The user database that creators are tried with: in memory, with a script that decides what becomes of each call. It knows what was read when, and what ever
/// stood in a record.
/// </summary>
internal class MemoryUsers : IUserDatabase, IUserSequences
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, UserRecord> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _sequences = new(StringComparer.Ordinal);
    private readonly List<UserRecord> _late = [];
    private readonly List<(long Time, string Name, long? Version)> _reads = [];
    private readonly HashSet<string> _stood = [];
    private long _version = 10;
    private long _time;
    private int _calls;

    /// <summary>Asked for the fate of each call, by its name and its number among all calls, from 1. May change the database, wait, and throw.</summary>
    public Func<string, int, CancellationToken, ValueTask<Fate>> Script { get; set; } = static (_, _, _) => new(Fate.Done);

    /// <summary>How many calls there were.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>What a call that fails throws.</summary>
    public Func<string, Exception> Fault { get; set; } = static what => new TemporaryFailureException($"the kit's user database is out of reach ({what})");

    public UserRecord? Peek(string name)
    {
        lock (_gate)
            return _users.GetValueOrDefault(name);
    }

    /// <summary>Writes a record whatever stands there, as an administrator does, or another host.</summary>
    public UserRecord Put(UserRecord user)
    {
        lock (_gate)
        {
            if (user.Allocation is { } allocation)
                _stood.Add(allocation.Id);
            return _users[user.Name] = user with { Version = ++_version };
        }
    }

    /// <summary>Changes the record of a user who has no allocation yet, in one step; to null: removes him. Else does nothing.</summary>
    public void ChangeUnallocated(string name, Func<UserRecord, UserRecord?> change)
    {
        lock (_gate)
        {
            if (_users.GetValueOrDefault(name) is not { Allocation: null } user)
                return;
            if (change(user) is { } changed)
                _users[name] = changed with { Version = ++_version };
            else
                _users.Remove(name);
        }
    }

    public void Remove(string name)
    {
        lock (_gate)
            _users.Remove(name);
    }

    /// <summary>The writes that are on their way arrive.</summary>
    public void Arrive()
    {
        lock (_gate)
        {
            foreach (var user in _late)
                Replace(user);
            _late.Clear();
        }
    }

    /// <summary>The moment, to be told later what was read after it.</summary>
    public long Now()
    {
        lock (_gate)
            return ++_time;
    }

    /// <summary>Whether a call of FindAsync that began after that moment returned this version of a user, or null, that there is none.</summary>
    public bool WasRead(string name, long? version, long since)
    {
        lock (_gate)
            return _reads.Exists(read => read.Time > since && read.Name == name && read.Version == version);
    }

    /// <summary>Whether the allocation ever was in a record.</summary>
    public bool Stood(string allocation)
    {
        lock (_gate)
            return _stood.Contains(allocation);
    }

    public ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken) => CallAsync("FindAsync", () =>
    {
        var found = _users.GetValueOrDefault(name);
        _reads.Add((++_time, name, found?.Version));
        return found;
    }, null, cancellationToken);

    public ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken) => CallAsync(
        "TryReplaceAsync", () => Replace(user), () => _late.Add(user), cancellationToken);

    public ValueTask<long> NextAsync(string sequence, CancellationToken cancellationToken) => CallAsync(
        "NextAsync", () => _sequences[sequence] = _sequences.GetValueOrDefault(sequence) + 1, null, cancellationToken);

    public ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken) =>
        throw new ConformanceException($"the creator called TryAddAsync of '{user.Name}'; it is not for creators to add users");

    public ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken) =>
        throw new ConformanceException($"the creator called TryRemoveAsync of '{user.Name}'; it is not for creators to remove users");

    public async IAsyncEnumerable<UserRecord> ListAsync(string? prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<UserRecord> users;
        lock (_gate)
            users = [.. _users.Values.Where(user => user.Name.StartsWith(prefix ?? "", StringComparison.Ordinal)).OrderBy(user => user.Name, StringComparer.Ordinal)];
        foreach (var user in users)
        {
            await Task.Yield();
            yield return user;
        }
    }

    protected async ValueTask<T> CallAsync<T>(string call, Func<T> action, Action? later, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield(); // a database is elsewhere
        var number = Interlocked.Increment(ref _calls);
        var fate = await Script(call, number, cancellationToken);
        if (fate == Fate.NotDone)
            throw Fault($"call {number}, {call}");
        T result = default!;
        lock (_gate)
        {
            if (fate == Fate.DoneLate && later is not null)
                later();
            else if (fate != Fate.DoneLate)
                result = action();
        }

        return fate == Fate.Done ? result : throw Fault($"call {number}, {call}");
    }

    private UserRecord? Replace(UserRecord user)
    {
        if (_users.GetValueOrDefault(user.Name) is not { } old || old.Version != user.Version)
            return null;
        if (user.Allocation is { } allocation)
            _stood.Add(allocation.Id);
        return _users[user.Name] = user with { Version = ++_version };
    }
}
