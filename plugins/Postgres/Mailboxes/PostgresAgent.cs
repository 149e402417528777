using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using MailStore.Postgres.Connections;
using MailStore.Postgres.Mailboxes;
using MailStore.Postgres.Mailboxes.Inspection;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

[assembly: MailStoreModule("postgres", typeof(PostgresAgent))]

namespace MailStore.Postgres.Mailboxes;

/// <summary>Stores mail in PostgreSQL: a mail, its content and the usage of its mailbox in one transaction.</summary>
internal sealed class PostgresAgent : IMailDeliveryAgent, IStorageInspection, IModuleLifetime, IModuleHealth, IAsyncDisposable
{
    private readonly ILogger<PostgresAgent> _logger;
    private readonly Database _database;
    private readonly SchemaSetup _schema;
    private readonly MailboxTables _tables;
    private readonly UnknownOutcomes _unknown;
    private int _isDisposed;

    public PostgresAgent(PostgresAgentOptions options, ILogger<PostgresAgent> logger, TimeProvider clock, ModuleContext context)
    {
        _logger = logger;
        _database = new Database(options, context);
        _schema = new SchemaSetup(_database, MailSchema.Component, MailSchema.Steps);
        _tables = new MailboxTables(_database);
        _unknown = new UnknownOutcomes(_database, clock, logger);
    }

    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TemporaryFailureException e)
        {
            // users of other modules are served; the others' mail waits at the MTA
            _logger.NotThereAtStart(e.Message);
        }

        _unknown.Start();
    }

    public async ValueTask StopAsync(CancellationToken cancellationToken) => await DisposeAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _unknown.DisposeAsync().ConfigureAwait(false);
        await _database.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask<ModuleHealth> CheckHealthAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
            var start = Stopwatch.GetTimestamp();
            await _database.ReadAsync(connection => ServerCheck.AskAgainAsync(connection, cancellationToken), cancellationToken).ConfigureAwait(false);
            var open = _unknown.Count > 0 ? $"; {_unknown.Count} deliveries of unknown outcome" : "";
            return ModuleHealth.Healthy(string.Create(CultureInfo.InvariantCulture, $"{_database.Place} answers in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0.0} ms{open}"));
        }
        catch (Exception e) when (e is TemporaryFailureException or ModuleConfigurationException)
        {
            return ModuleHealth.Unhealthy(e.Message);
        }
    }

    public ParseResult Parse(EffectiveUser user)
    {
        if (user.Allocation is not { } allocation)
            return new ParseResult.Incomplete("mailbox");
        var (place, mistake) = MailboxPlace.Parse(user.Name, allocation);
        return place is null
            ? new ParseResult.Invalid(mistake)
            : new ParseResult.Ready(new PostgresMailbox(_database, _schema, _tables, _unknown, place, user.GetOptions<PostgresAgentOptions>()));
    }

    public async ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext context, CancellationToken cancellationToken)
    {
        await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
        var place = await _tables.MakeAsync(user.Name, context.AllocationId, user.GetOptions<PostgresAgentOptions>().Layout, cancellationToken).ConfigureAwait(false);
        return place.ToAllocation(context);
    }

    public async ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken)
    {
        if (current?.Allocation?.Id == lost.Id || MailboxPlace.Parse(current?.Name ?? "", lost).Place is not { } place)
            return;
        await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
        await _tables.RemoveEmptyAsync(place, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<Finding> InspectUserAsync(EffectiveUser user, Sdk.Inspection inspection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (user.Allocation is not { } allocation || MailboxPlace.Parse(user.Name, allocation).Place is not { } place)
            yield break;
        await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var finding in new MailboxInspector(_database, place, inspection).InspectAsync(cancellationToken).ConfigureAwait(false))
            yield return finding;
    }

    public async IAsyncEnumerable<Finding> InspectPlacesAsync(IUserRecords records, Sdk.Inspection inspection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var finding in new BoxesInspector(_database, _tables, records, inspection).InspectAsync(cancellationToken).ConfigureAwait(false))
            yield return finding;
    }
}
