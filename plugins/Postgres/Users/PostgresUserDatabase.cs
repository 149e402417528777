using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using MailStore.Postgres.Connections;
using MailStore.Postgres.Users;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

[assembly: MailStoreModule("postgres", typeof(PostgresUserDatabase))]

namespace MailStore.Postgres.Users;

/// <summary>
/// The user database <c>postgres</c>: one for all hosts of a cluster. Users who got mail lately are served from memory; what any host changes is told to the
/// others by NOTIFY.
/// </summary>
/// <remarks>
/// Other hosts see a change within milliseconds. A host that is cut off from the notices notices that itself within <see cref="UserCache.Trust"/>, and reads from
/// the database until it hears them again. Writes are compare-and-set in the database: what is in memory decides nothing.
/// </remarks>
internal sealed class PostgresUserDatabase : IUserDatabase, IUserLocks, IUserSequences, ISharedUserDatabase, IUserDatabaseCounters, IModuleLifetime, IModuleHealth,
    IAsyncDisposable
{
    private const int PageOfList = 500;

    private readonly PostgresUserDatabaseOptions _options;
    private readonly Database _database;
    private readonly SchemaSetup _schema;
    private readonly UserRows _rows;
    private readonly CounterRows _counters;
    private readonly UserCache _cache;
    private readonly Leases _leases;
    private readonly ChangeListener _listener;
    private int _isDisposed;

    public PostgresUserDatabase(PostgresUserDatabaseOptions options, ILogger<PostgresUserDatabase> logger, TimeProvider clock, ModuleContext context)
    {
        _options = options;
        _database = new Database(options, context);
        _schema = new SchemaSetup(_database, UserSchema.Component, UserSchema.Steps);
        _rows = new UserRows(_database);
        _counters = new CounterRows(_database);
        _cache = new UserCache(options.CachedUsers, clock);
        _leases = new Leases(_database, new LeaseRows(_database, options.LockLease), options.LockLease, clock, logger);
        _listener = new ChangeListener(_database, _cache, _leases.Hear, clock, logger);
    }

    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
        _listener.Start();
        _leases.Start();
    }

    public async ValueTask StopAsync(CancellationToken cancellationToken) => await DisposeAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _listener.DisposeAsync().ConfigureAwait(false);
        await _leases.DisposeAsync().ConfigureAwait(false);
        await _database.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (_cache.TryGet(name, out var cached))
            return cached;
        if (!UserGuard.IsName(name))
            return null;
        var ticket = _cache.TakeTicket(name);
        var user = await _rows.FindAsync(name, cancellationToken).ConfigureAwait(false);
        if (user is not null)
            _cache.Put(user, ticket);
        return user;
    }

    public ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken)
    {
        UserGuard.Check(user);
        return WriteAsync(user, _rows.AddAsync, cancellationToken);
    }

    public ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken)
    {
        UserGuard.Check(user);
        return WriteAsync(user, _rows.ReplaceAsync, cancellationToken);
    }

    public ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken) =>
        UserGuard.IsName(user.Name) ? WriteAsync(user, _rows.RemoveAsync, cancellationToken) : new ValueTask<bool>(false);

    public async IAsyncEnumerable<UserRecord> ListAsync(string? prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (from, inclusive) = (prefix ?? "", true);
        while (true)
        {
            // a page at a time: no connection is held while the reader of the list takes his time
            var users = await _rows.ListAsync(from, inclusive, PageOfList, cancellationToken).ConfigureAwait(false);
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

    public ValueTask<IUserLock> LockAsync(string name, CancellationToken cancellationToken) => _leases.LockAsync(name, cancellationToken);

    public ValueTask<TimeSpan> GetLockLeaseAsync(CancellationToken cancellationToken) => new(_options.LockLease);

    public async ValueTask<long> NextAsync(string sequence, CancellationToken cancellationToken)
    {
        if (sequence.Length is 0 or > 100 || sequence.Any(c => c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')))
            throw new ArgumentException($"a sequence is named by up to 100 lower-case letters, digits and hyphens, not '{sequence}'", nameof(sequence));
        return await _counters.NextAsync(sequence, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<UserDatabaseCounters> GetCountersAsync(CancellationToken cancellationToken) => await _counters.ReadAsync(cancellationToken).ConfigureAwait(false);

    public async ValueTask RaiseCountersAsync(UserDatabaseCounters counters, CancellationToken cancellationToken) =>
        await _counters.RaiseAsync(counters, cancellationToken).ConfigureAwait(false);

    public async ValueTask<ModuleHealth> CheckHealthAsync(CancellationToken cancellationToken)
    {
        try
        {
            var start = Stopwatch.GetTimestamp();
            await _rows.FindAsync("-", cancellationToken).ConfigureAwait(false);
            var time = Stopwatch.GetElapsedTime(start);
            await _database.ReadAsync(connection => ServerCheck.AskAgainAsync(connection, cancellationToken), cancellationToken).ConfigureAwait(false);
            return ModuleHealth.Healthy(string.Create(
                CultureInfo.InvariantCulture, $"{_database.Place} answers in {time.TotalMilliseconds:0.0} ms; {_cache.Count} users in memory"));
        }
        catch (Exception e) when (e is TemporaryFailureException or ModuleConfigurationException)
        {
            return ModuleHealth.Unhealthy(e.Message);
        }
    }

    private async ValueTask<T> WriteAsync<T>(UserRecord user, Func<UserRecord, CancellationToken, Task<T>> write, CancellationToken cancellationToken)
    {
        try
        {
            return await write(user, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // also when it was refused: then another host has changed him, and its notice may still be under way
            _cache.Forget(user.Name);
        }
    }
}
