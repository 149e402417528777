using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>A user database behind its boundary. It locks, counts, is shared, can be copied and moved where the module's database is.</summary>
internal sealed class GuardedUserDatabase(IUserDatabase inner, ModuleBoundary boundary) : IUserDatabase, IDynamicInterfaceCastable
{
    private static readonly Capabilities Optional = new(
        (typeof(IUserLocks), typeof(IGuardedUserLocks)),
        (typeof(IUserSequences), typeof(IGuardedUserSequences)),
        (typeof(ISharedUserDatabase), typeof(IGuardedSharedUserDatabase)),
        (typeof(IUserDatabaseBackup), typeof(IGuardedUserDatabaseBackup)),
        (typeof(IUserDatabaseCounters), typeof(IGuardedUserDatabaseCounters)));

    private static readonly CallKind<(IUserDatabase Users, string Name), UserRecord?> FindCall = new(
        "FindAsync",
        static (call, cancellationToken) => call.Users.FindAsync(call.Name, cancellationToken),
        static (call, record) => record is null ? null : RecordCheck.OfStored(record, call.Name));

    private static readonly CallKind<(IUserDatabase Users, UserRecord User), UserRecord?> AddCall = new(
        "TryAddAsync",
        static (call, cancellationToken) => call.Users.TryAddAsync(call.User, cancellationToken),
        static (call, record) => record is null ? null : RecordCheck.OfStored(record, call.User.Name));

    private static readonly CallKind<(IUserDatabase Users, UserRecord User), UserRecord?> ReplaceCall = new(
        "TryReplaceAsync",
        static (call, cancellationToken) => call.Users.TryReplaceAsync(call.User, cancellationToken),
        static (call, record) => record is null ? null
            : RecordCheck.OfStored(record, call.User.Name)
                ?? (record.Version <= call.User.Version ? $"version {record.Version} for what replaced version {call.User.Version}" : null));

    private static readonly CallKind<(IUserDatabase Users, UserRecord User), bool> RemoveCall = new(
        "TryRemoveAsync",
        static (call, cancellationToken) => call.Users.TryRemoveAsync(call.User, cancellationToken));

    private static readonly TimeSpan UncertainFor = TimeSpan.FromMinutes(1);

    private readonly RecordMemory? _memory = inner is ISharedUserDatabase ? null : new RecordMemory(boundary.Clock);

    public IUserDatabase Inner => inner;

    public ModuleBoundary Boundary => boundary;

    /// <summary>Whether nothing that would change the database reaches the module (<c>userdb_read_only</c>). Set before the module is used.</summary>
    public bool IsReadOnly { get; set; }

    public ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (_memory is null)
            return boundary.CallAsync(FindCall, name, (inner, name), cancellationToken);
        return !cancellationToken.IsCancellationRequested && !boundary.IsFaulted && _memory.Find(name) is { } record ? new ValueTask<UserRecord?>(record) : ReadAsync(_memory, name, cancellationToken);
    }

    public ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken) => ChangeAsync(AddCall, user, cancellationToken);

    public ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken) => ChangeAsync(ReplaceCall, user, cancellationToken);

    public ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken) => ChangeAsync(RemoveCall, user, cancellationToken);

    public IAsyncEnumerable<UserRecord> ListAsync(string? prefix, CancellationToken cancellationToken) =>
        new GuardedSequence<UserRecord>(
            boundary,
            null,
            nameof(ListAsync),
            token => inner.ListAsync(prefix, token),
            record => RecordCheck.OfStored(record)
                ?? (prefix is null || record.Name.StartsWith(prefix, StringComparison.Ordinal) ? null : $"'{record.Name}', which does not start with '{prefix}'"),
            cancellationToken);

    /// <summary>What a change is answered with while <see cref="IsReadOnly"/>; the MTA keeps the first mails of new users.</summary>
    public static TemporaryFailureException ReadOnly() => new(
        "the user database is read-only, as 'userdb_read_only' in the configuration says: users are moved to another one; this waits until the server runs with that one, or without the key");

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<UserRecord?> ReadAsync(RecordMemory memory, string name, CancellationToken cancellationToken)
    {
        var look = memory.Begin(name);
        var record = await boundary.CallAsync(FindCall, name, (inner, name), cancellationToken);
        if (record is not null && look is not null)
            memory.Keep(record, look.Value);
        return record;
    }

    private async ValueTask<T> ChangeAsync<T>(CallKind<(IUserDatabase Users, UserRecord User), T> kind, UserRecord user, CancellationToken cancellationToken)
    {
        if (IsReadOnly)
            throw ReadOnly();
        _memory?.BeginChange(user.Name);
        try
        {
            var result = await boundary.CallAsync(kind, user.Name, (inner, user), cancellationToken);
            _memory?.EndChange(user.Name);
            return result;
        }
        catch (Exception e)
        {
            _ = EndUncertainAsync(user.Name, e as ModuleFaultException);
            throw;
        }
    }

    /// <summary>A change that was cancelled or failed may be made all the same: by a call that was given up, or by a queue of the module's.</summary>
    private async Task EndUncertainAsync(string name, ModuleFaultException? fault)
    {
        if (_memory is null)
            return;
        if (fault is not { Refused: true })
        {
            if (fault?.Late is { } late)
                await late;
            await Task.Delay(UncertainFor, boundary.Clock);
        }

        _memory.EndChange(name);
    }

    bool IDynamicInterfaceCastable.IsInterfaceImplemented(RuntimeTypeHandle interfaceType, bool throwIfNotImplemented) =>
        Optional.Has(inner, interfaceType);

    RuntimeTypeHandle IDynamicInterfaceCastable.GetInterfaceImplementation(RuntimeTypeHandle interfaceType) =>
        Optional.GuardOf(interfaceType);
}
