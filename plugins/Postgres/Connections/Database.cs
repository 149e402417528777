using MailStore.Sdk;
using Npgsql;

namespace MailStore.Postgres.Connections;

/// <summary>
/// The connections of one module to its database. All work goes through <see cref="RunAsync"/>, which turns what can befall a connection into the
/// exceptions of the SDK.
/// </summary>
internal sealed class Database : IAsyncDisposable
{
    // where the server warns, in whatever language, that a commit no longer waits for its standby, since it was cancelled: by the driver, for which it took too long, or
    // by an administrator. It says that it is done all the same
    private const string StandbyWait = "SyncRepWaitForLSN";

    private readonly NpgsqlDataSource _pool;
    private readonly NpgsqlDataSource _single;

    /// <exception cref="ModuleConfigurationException">The options do not tell where it is.</exception>
    public Database(PostgresOptions options, ModuleContext context)
    {
        Schema = options.Schema;
        Timeout = options.Timeout;
        var settings = ConnectionSettings.Of(options);
        Place = $"{settings.Host}{(settings.Host!.Contains(':', StringComparison.Ordinal) || settings.Host.StartsWith('/') ? "" : $":{settings.Port}")}, database '{settings.Database ?? settings.Username ?? Environment.UserName}'";
        var password = options.PasswordFile is { Length: > 0 } file ? new PasswordFile(context.ResolvePath(file)) : null;
        _pool = Build(settings, password);
        settings.Pooling = false;
        _single = Build(settings, password);
    }

    public string Schema { get; }

    /// <summary>For messages: host and database, never a password.</summary>
    public string Place { get; }

    /// <summary>How long a statement may take.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Runs something on a connection of the pool.</summary>
    /// <param name="work">What to do; ends all that it began.</param>
    /// <param name="cancellationToken">Gives up waiting for a connection; the work heeds it as it sees fit.</param>
    /// <exception cref="TemporaryFailureException">The server is out of reach, or went away meanwhile: what was under way may have been done or not.</exception>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _pool.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            var isConfirmed = true;
            connection.Notice += (_, told) => isConfirmed &= told.Notice.Routine != StandbyWait;
            var result = await work(connection).ConfigureAwait(false);
            return isConfirmed ? result : throw NotConfirmed();
        }
        catch (Exception e) when (Faults.IsOfServer(e))
        {
            Faults.ThrowIfCancelled(e, cancellationToken);
            if (Faults.IsOfAll(e))
                _pool.Clear();
            throw Faults.ToModuleException(e, Place);
        }
    }

    /// <summary>The same for what may be done twice: tried once more if the connection turns out to be dead, as all are after a restart of the server.</summary>
    public async Task<T> ReadAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(read, cancellationToken).ConfigureAwait(false);
        }
        catch (TemporaryFailureException e) when (e.InnerException is { } cause && Faults.IsOfAll(cause))
        {
            return await RunAsync(read, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a connection that is not of the pool, for one that listens. Throws what the driver throws.</summary>
    public ValueTask<NpgsqlConnection> OpenSingleAsync(CancellationToken cancellationToken) => _single.OpenConnectionAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync().ConfigureAwait(false);
        await _single.DisposeAsync().ConfigureAwait(false);
    }

    // as one that did not answer: what became of it is found out
    private TemporaryFailureException NotConfirmed() => new(
        $"PostgreSQL at {Place} committed, but its standby did not confirm it in time; look whether the standbys of synchronous_standby_names run",
        new TimeoutException());

    private static NpgsqlDataSource Build(NpgsqlConnectionStringBuilder settings, PasswordFile? password)
    {
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        if (password is not null)
            builder.UsePasswordProvider(_ => password.Read(), (_, _) => new ValueTask<string>(password.Read()));
        builder.UsePhysicalConnectionInitializer(ServerCheck.Run, ServerCheck.RunAsync);
        return settings.Host!.Contains(',', StringComparison.Ordinal)
            ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary)
            : builder.Build();
    }
}
