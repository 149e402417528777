using System.Globalization;
using System.Runtime.CompilerServices;
using MailStore.Postgres.Connections;
using MailStore.Sdk;
using Npgsql;
using static MailStore.Postgres.Connections.Batches;

namespace MailStore.Postgres.Mailboxes.Inspection;

/// <summary>Looks for mailboxes that belong to no record: of users who are gone, and of attempts to allocate whose host died.</summary>
internal sealed class BoxesInspector(Database database, MailboxTables tables, IUserRecords records, Sdk.Inspection inspection)
{
    private readonly string _list = new InspectionStatements(database.Schema, database.Schema).List;

    public async IAsyncEnumerable<Finding> InspectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = 0L;
        while (true)
        {
            var boxes = await ReadAsync(last, cancellationToken).ConfigureAwait(false);
            foreach (var (place, mails) in boxes)
            {
                last = place.Box;
                if (await InspectAsync(place, mails, cancellationToken).ConfigureAwait(false) is { } finding)
                    yield return finding;
            }

            if (boxes.Count == 0)
                yield break;
        }
    }

    private async ValueTask<Finding?> InspectAsync(MailboxPlace place, long mails, CancellationToken cancellationToken)
    {
        // a name that no text of PostgreSQL can hold: nobody can tell whose it is
        if (place.User.Contains('\ufffd', StringComparison.Ordinal))
            return null;
        var record = await records.FindAsync(place.User, cancellationToken).ConfigureAwait(false);
        if (record?.Allocation?.Id == place.Allocation)
            return null;
        var where = string.Create(CultureInfo.InvariantCulture, $"{place.Schema}.mailboxes, box {place.Box}");
        var what = $"a mailbox of user '{place.User}', {(record is null ? "whom there is no more" : "who has another place")}";
        if (mails > 0)
        {
            return new Finding
            {
                Kind = FindingKind.OrphanedMail,
                Place = where,
                User = place.User,
                What = string.Create(CultureInfo.InvariantCulture, $"{what}, with {mails} mails; to remove it: DELETE FROM {place.Tables}.mails WHERE box = {place.Box}, and repair"),
            };
        }

        return new Finding
        {
            Kind = FindingKind.Orphan,
            Place = where,
            User = place.User,
            What = what,
            Repair = "remove it; it holds no mail",
            IsRepaired = inspection.Repair && await tables.RemoveEmptyAsync(place, cancellationToken).ConfigureAwait(false),
        };
    }

    private Task<List<(MailboxPlace Place, long Mails)>> ReadAsync(long last, CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection).Then(_list, Number(last), Span(inspection.SettledAfter));
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            var boxes = new List<(MailboxPlace, long)>();
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                var layout = reader.GetString(3) == "schema" ? MailboxLayout.Schema : MailboxLayout.Table;
                boxes.Add((new MailboxPlace(reader.GetString(2), reader.GetString(1), database.Schema, reader.GetInt64(0), layout), reader.GetInt64(4)));
            }

            return boxes;
        },
        cancellationToken);
}
