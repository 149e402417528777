using System.Runtime.CompilerServices;
using MailStore.LiteDb.Storage;
using MailStore.LiteDb.Users;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

[assembly: MailStoreModule("litedb", typeof(LiteDbUserDatabase))]

namespace MailStore.LiteDb.Users;

/// <summary>
/// The user database <c>litedb</c>: one file of one process. What was written is durable when the call returns; writes that come together share an fsync.
/// Users who got mail lately are served from memory, all others by a look-up in the file's index.
/// </summary>
/// <remarks>
/// A write that is cancelled before its turn leaves nothing; one that is cancelled later is done, though its caller no longer hears of it.
/// </remarks>
internal sealed class LiteDbUserDatabase : IUserDatabase, IUserLocks, IUserSequences, IUserDatabaseBackup, IUserDatabaseCounters, IModuleLifetime, IModuleHealth
{
    private const int PageOfList = 256;

    private readonly UserCache _cache;
    private readonly UserLocks _locks;
    private readonly StoreThread _store;
    private readonly UserBackup _backup;
    private readonly string _path;

    public LiteDbUserDatabase(LiteDbUserDatabaseOptions options, ILogger<LiteDbUserDatabase> logger, TimeProvider clock, ModuleContext context)
        : this(options, logger, clock, context.ResolvePath(options.Path), null)
    {
    }

    /// <summary>For tests: over other files than those on disk.</summary>
    internal LiteDbUserDatabase(LiteDbUserDatabaseOptions options, ILogger logger, TimeProvider clock, string path, Func<DatabaseFiles>? open)
    {
        _path = path;
        _cache = new UserCache(options.CachedUsers);
        _locks = new UserLocks(options.LockLease, clock);
        _store = new StoreThread(open ?? (() => DatabaseFolder.Open(DatabaseKind.Users, path, UserStore.CreateImage)), path, _cache, logger);
        _backup = new UserBackup(_store, path);
    }

    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        await _store.StartAsync().ConfigureAwait(false);
        if (!cancellationToken.IsCancellationRequested)
            return;
        await _store.StopAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    public async ValueTask StopAsync(CancellationToken cancellationToken) => await _store.StopAsync().WaitAsync(cancellationToken).ConfigureAwait(false);

    public ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (_cache.TryGet(name, out var user))
            return new ValueTask<UserRecord?>(user);
        if (name.Length > UserKey.MaxLength)
            return default;
        return new ValueTask<UserRecord?>(_store.SendAsync(new ReadRequest<UserRecord?>(store => Find(store, name), cancellationToken)));
    }

    public ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken)
    {
        UserGuard.Check(user);
        return WriteAsync(batch => batch.Add(user), cancellationToken);
    }

    public ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken)
    {
        UserGuard.Check(user);
        return WriteAsync(batch => batch.Replace(user), cancellationToken);
    }

    public ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken) => WriteAsync(batch => batch.Remove(user), cancellationToken);

    public async IAsyncEnumerable<UserRecord> ListAsync(string? prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (from, inclusive) = (prefix ?? "", true);
        while (true)
        {
            // A page at a time, each a read of its own: writers wait for no reader of a list, and no list is held in memory.
            var (start, first) = (from, inclusive);
            var users = await _store.SendAsync(new ReadRequest<List<UserRecord>>(store => store.Read(start, first, PageOfList), cancellationToken)).ConfigureAwait(false);
            foreach (var user in users)
            {
                if (prefix is not null && !user.Name.StartsWith(prefix, StringComparison.Ordinal))
                    yield break;
                cancellationToken.ThrowIfCancellationRequested();
                yield return user;
            }

            if (users.Count < PageOfList)
                yield break;
            (from, inclusive) = (users[^1].Name, false);
        }
    }

    public ValueTask<IUserLock> LockAsync(string name, CancellationToken cancellationToken) => _locks.LockAsync(name, cancellationToken);

    /// <remarks>Each number is durable of its own (with all writes of the same fsync), so that a restart leaves no gap.</remarks>
    public ValueTask<long> NextAsync(string sequence, CancellationToken cancellationToken)
    {
        if (sequence.Length is 0 or > 100 || sequence.Any(c => c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')))
            throw new ArgumentException($"a sequence is named by up to 100 lower-case letters, digits and hyphens, not '{sequence}'", nameof(sequence));
        return WriteAsync(batch => batch.Next(sequence), cancellationToken);
    }

    /// <remarks>The copy is a file that may take the place of <c>users.db</c>; until it is disposed, it takes that much room on the same disk.</remarks>
    public async ValueTask<Stream> OpenBackupAsync(CancellationToken cancellationToken) => await _backup.OpenAsync(cancellationToken).ConfigureAwait(false);

    public ValueTask<UserDatabaseCounters> GetCountersAsync(CancellationToken cancellationToken) =>
        new(_store.SendAsync(new ReadRequest<UserDatabaseCounters>(store => store.Counters(), cancellationToken)));

    public async ValueTask RaiseCountersAsync(UserDatabaseCounters counters, CancellationToken cancellationToken) =>
        await WriteAsync(batch => batch.Raise(counters), cancellationToken).ConfigureAwait(false);

    public async ValueTask<ModuleHealth> CheckHealthAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _store.SendAsync(new ReadRequest<int>(store => store.Read("", true, 1).Count, cancellationToken)).ConfigureAwait(false);
            return ModuleHealth.Healthy($"{_path}: {_cache.Count} users in memory");
        }
        catch (TemporaryFailureException e)
        {
            return ModuleHealth.Unhealthy(e.Message);
        }
    }

    private ValueTask<T> WriteAsync<T>(Func<UserBatch, T> write, CancellationToken cancellationToken) =>
        new(_store.SendAsync(new WriteRequest<T>(write, cancellationToken)));

    private UserRecord? Find(UserStore store, string name)
    {
        // Another look-up of the same name may have come first.
        if (_cache.TryGet(name, out var cached))
            return cached;
        var user = store.Find(name);
        if (user is not null)
            _cache.Put(user);
        return user;
    }
}
