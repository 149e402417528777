using System.Runtime.CompilerServices;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Creators;

/// <summary>Where a test can step in: before and after each call, by its name (Find, Replace, Lock).</summary>
internal interface IFaults
{
    /// <summary>Runs before the call does anything; what it throws is thrown by the call.</summary>
    ValueTask BeforeAsync(string call, CancellationToken cancellationToken);

    /// <summary>Runs when the call has done its work; what it throws is thrown by the call, though the work is done.</summary>
    ValueTask AfterAsync(string call, CancellationToken cancellationToken);
}

/// <summary>A user database in memory, without locks, that fails where it is told to.</summary>
internal class FakeUserDatabase(IFaults? faults = null) : IUserDatabase
{
    private readonly Dictionary<string, UserRecord> _users = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private long _version;

    protected IFaults? Faults { get; } = faults;

    /// <summary>Past all faults.</summary>
    public UserRecord? Peek(string name)
    {
        lock (_gate)
            return _users.GetValueOrDefault(name);
    }

    /// <summary>Past all faults.</summary>
    public UserRecord? Replace(UserRecord user)
    {
        lock (_gate)
            return _users.TryGetValue(user.Name, out var current) && current.Version == user.Version ? Put(user) : null;
    }

    /// <summary>Past all faults.</summary>
    public UserRecord Add(string name)
    {
        lock (_gate)
            return Put(new UserRecord { Name = name });
    }

    /// <summary>Past all faults.</summary>
    public void Remove(string name)
    {
        lock (_gate)
            _users.Remove(name);
    }

    public async ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await BeforeAsync("Find", cancellationToken).ConfigureAwait(false);
        var user = Peek(name);
        await AfterAsync("Find", cancellationToken).ConfigureAwait(false);
        return user;
    }

    public virtual async ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken)
    {
        await BeforeAsync("Replace", cancellationToken).ConfigureAwait(false);
        var stored = Replace(user);
        await AfterAsync("Replace", cancellationToken).ConfigureAwait(false);
        return stored;
    }

    public ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken) => throw new InvalidOperationException("no creator adds users");

    public ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken) => throw new InvalidOperationException("no creator removes users");

    public async IAsyncEnumerable<UserRecord> ListAsync(string? prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield break;
    }

    protected async ValueTask BeforeAsync(string call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Faults is not null)
            await Faults.BeforeAsync(call, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask AfterAsync(string call, CancellationToken cancellationToken)
    {
        if (Faults is not null)
            await Faults.AfterAsync(call, cancellationToken).ConfigureAwait(false);
    }

    private UserRecord Put(UserRecord user) => _users[user.Name] = user with { Version = ++_version };
}
