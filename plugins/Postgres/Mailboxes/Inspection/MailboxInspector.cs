using System.Globalization;
using System.Runtime.CompilerServices;
using MailStore.Postgres.Connections;
using MailStore.Sdk;
using Npgsql;
using static MailStore.Postgres.Connections.Batches;

namespace MailStore.Postgres.Mailboxes.Inspection;

/// <summary>Compares one mailbox with its user's record. Each look is one statement, and so of one instant.</summary>
internal sealed class MailboxInspector(Database database, MailboxPlace place, Sdk.Inspection inspection)
{
    private readonly InspectionStatements _statements = new(place.Schema, place.Tables);
    private readonly string _where = string.Create(CultureInfo.InvariantCulture, $"{place.Schema}.mailboxes, box {place.Box}");

    public async IAsyncEnumerable<Finding> InspectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!await HasTablesAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return new Finding
            {
                Kind = FindingKind.IncompletePlace,
                Place = place.Tables,
                What = "the user's schema is gone, with all mail that was in it; restore it from a backup, if there is one, before you repair",
                Repair = "make it anew, empty",
                IsRepaired = inspection.Repair && await MendAsync(MailSchema.OfUser(place.Schema, place.Tables), [], cancellationToken).ConfigureAwait(false),
            };
            if (!inspection.Repair)
                yield break;
        }

        if (await LookAsync(cancellationToken).ConfigureAwait(false) is not { } seen)
        {
            yield return new Finding
            {
                Kind = FindingKind.MissingPlace,
                Place = _where,
                What = "the mailbox has no row: perhaps an older copy of the database was restored; restore the right one, if there is one, before you repair",
                Repair = "make it anew, with the mails that are there",
                IsRepaired = inspection.Repair && await RestoreAsync(cancellationToken).ConfigureAwait(false),
            };
            yield break;
        }

        if ((seen.Bytes, seen.Mails) != (seen.CountedBytes, seen.CountedMails))
        {
            yield return new Finding
            {
                Kind = FindingKind.WrongUsage,
                Place = _where,
                What = string.Create(CultureInfo.InvariantCulture, $"it tells {seen.Bytes} bytes in {seen.Mails} mails, but there are {seen.CountedBytes} bytes in {seen.CountedMails}"),
                Repair = "count anew",
                IsRepaired = inspection.Repair && await RecountAsync(cancellationToken).ConfigureAwait(false),
            };
        }

        if (seen.Hollow > 0)
        {
            yield return new Finding
            {
                Kind = FindingKind.Damaged,
                Place = $"{place.Tables}.chunks",
                What = string.Create(CultureInfo.InvariantCulture, $"{seen.Hollow} mails of box {place.Box} have no content; restore it from a backup"),
            };
        }
    }

    private Task<bool> HasTablesAsync(CancellationToken cancellationToken) => place.Layout == MailboxLayout.Table ? Task.FromResult(true) : database.ReadAsync(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection).Then("SELECT to_regclass($1) IS NOT NULL", Text($"{place.Tables}.mails"));
            return (bool)(await batch.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        },
        cancellationToken);

    private Task<Seen?> LookAsync(CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection).Then(_statements.Look, Number(place.Box), Text(place.Allocation));
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
                ? new Seen(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4))
                : null;
        },
        cancellationToken);

    private Task<bool> RestoreAsync(CancellationToken cancellationToken) => MendAsync(
        _statements.Restore,
        [Number(place.Box), Text(place.Allocation), Text(MailFolder.Clean(place.User)), Text(place.Layout == MailboxLayout.Table ? "table" : "schema")],
        cancellationToken);

    /// <summary>The lock first: it waits for deliveries that are under way, and what comes later waits for it.</summary>
    private Task<bool> RecountAsync(CancellationToken cancellationToken) => database.RunAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using var @lock = new NpgsqlBatch(connection).Then(_statements.Lock, Number(place.Box), Text(place.Allocation));
            await @lock.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            await using var count = new NpgsqlBatch(connection).Then(_statements.Recount, Number(place.Box), Text(place.Allocation));
            var isDone = await count.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) > 0;
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return isDone;
        },
        cancellationToken);

    private Task<bool> MendAsync(string statement, NpgsqlParameter[] parameters, CancellationToken cancellationToken) => database.RunAsync(
        async connection =>
        {
            if (parameters.Length == 0)
            {
                await using var command = new NpgsqlCommand(statement, connection);
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                return true;
            }

            await using var batch = new NpgsqlBatch(connection).Then(statement, parameters);
            return await batch.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not null;
        },
        cancellationToken);

    private sealed record Seen(long Bytes, long Mails, long CountedBytes, long CountedMails, long Hollow);
}
