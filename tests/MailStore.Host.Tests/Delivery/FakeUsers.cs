using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery;

/// <summary>A user database in memory. A test can step in before each call, by its name (Find, Add, Replace, Remove).</summary>
internal sealed class FakeUsers : IUserDatabase, IUserDatabaseCounters
{
    private readonly SortedDictionary<string, UserRecord> _users = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private long _version;

    /// <summary>What it throws is thrown by the call.</summary>
    public Func<string, string, ValueTask>? Before { get; set; }

    /// <summary>Every record that was written by a call, in order.</summary>
    public ConcurrentQueue<UserRecord> Written { get; } = [];

    public UserRecord Put(string name, params (string Key, string Value)[] settings) => Put(name, null, settings);

    /// <summary>Writes past <see cref="Before"/>, over whatever is there.</summary>
    public UserRecord Put(string name, Allocation? allocation, params (string Key, string Value)[] settings)
    {
        var values = settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value));
        lock (_gate)
            return Store(new UserRecord { Name = name, Settings = values.ToImmutableSortedDictionary(StringComparer.Ordinal), Allocation = allocation });
    }

    public UserRecord? Peek(string name)
    {
        lock (_gate)
            return _users.GetValueOrDefault(name);
    }

    public void Drop(string name)
    {
        lock (_gate)
            _users.Remove(name);
    }

    public async ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await StepInAsync("Find", name);
        return Peek(name);
    }

    public async ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken)
    {
        await StepInAsync("Add", user.Name);
        lock (_gate)
            return _users.ContainsKey(user.Name) ? null : Write(user);
    }

    public async ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken)
    {
        await StepInAsync("Replace", user.Name);
        lock (_gate)
            return _users.GetValueOrDefault(user.Name)?.Version == user.Version ? Write(user) : null;
    }

    public async ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken)
    {
        await StepInAsync("Remove", user.Name);
        lock (_gate)
            return _users.GetValueOrDefault(user.Name)?.Version == user.Version && _users.Remove(user.Name);
    }

    public async IAsyncEnumerable<UserRecord> ListAsync(string? prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        UserRecord[] all;
        lock (_gate)
            all = [.. _users.Values];
        foreach (var user in all.Where(user => user.Name.StartsWith(prefix ?? "", StringComparison.Ordinal)))
            yield return user;
    }

    public ValueTask<UserDatabaseCounters> GetCountersAsync(CancellationToken cancellationToken) => new(new UserDatabaseCounters { LastVersion = _version });

    public ValueTask RaiseCountersAsync(UserDatabaseCounters counters, CancellationToken cancellationToken)
    {
        lock (_gate)
            _version = Math.Max(_version, counters.LastVersion);
        return default;
    }

    private ValueTask StepInAsync(string call, string name) => Before?.Invoke(call, name) ?? default;

    private UserRecord Write(UserRecord user)
    {
        var stored = Store(user);
        Written.Enqueue(stored);
        return stored;
    }

    private UserRecord Store(UserRecord user) => _users[user.Name] = user with { Version = ++_version };
}
