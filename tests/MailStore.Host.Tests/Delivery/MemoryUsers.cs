using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery;

/// <summary>Users in memory.</summary>
internal sealed class MemoryUsers : IUserDatabase
{
    private readonly ConcurrentDictionary<string, UserRecord> _users = new(StringComparer.Ordinal);
    private long _version;

    /// <summary>Runs before a look-up.</summary>
    public Action<string> OnFind { get; set; } = _ => { };

    public UserRecord Add(string name, Allocation? allocation = null, params (string Key, string Value)[] settings)
    {
        var user = new UserRecord { Name = name, Allocation = allocation, Version = Interlocked.Increment(ref _version) };
        return _users[name] = user with { Settings = user.Settings.AddRange(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))) };
    }

    public UserRecord? Peek(string name) => _users.GetValueOrDefault(name);

    public ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken)
    {
        OnFind(name);
        return new(Peek(name));
    }

    public ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken)
    {
        var stored = user with { Version = Interlocked.Increment(ref _version) };
        return new(_users.TryAdd(user.Name, stored) ? stored : null);
    }

    public ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken)
    {
        var stored = user with { Version = Interlocked.Increment(ref _version) };
        return new(Peek(user.Name) is { } current && current.Version == user.Version && _users.TryUpdate(user.Name, stored, current) ? stored : null);
    }

    public ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken) =>
        new(Peek(user.Name) is { } current && current.Version == user.Version && _users.TryRemove(KeyValuePair.Create(user.Name, current)));

    public async IAsyncEnumerable<UserRecord> ListAsync(string? prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var user in _users.Values.OrderBy(user => user.Name, StringComparer.Ordinal))
            yield return user;
    }
}
