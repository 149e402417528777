namespace MailStore.Postgres.Mailboxes.Inspection;

/// <summary>The statements of an inspection. $1 box, $2 allocation.</summary>
/// <param name="schema">Of the table of mailboxes.</param>
/// <param name="tables">Of the tables with the mails.</param>
internal sealed class InspectionStatements(string schema, string tables)
{
    /// <summary>Usage as told and as counted, and how many mails have no content.</summary>
    public string Look => $"""
        SELECT b.bytes, b.mails, c.bytes, c.mails, c.hollow FROM {schema}.mailboxes AS b, LATERAL (
            SELECT coalesce(sum(m.size), 0)::bigint AS bytes, count(*) AS mails,
                count(*) FILTER (WHERE NOT EXISTS (SELECT FROM {tables}.chunks AS k WHERE k.box = m.box AND k.mail = m.id AND k.chunk = 0)) AS hollow
            FROM {tables}.mails AS m WHERE m.box = $1) AS c
        WHERE b.box = $1 AND b.allocation = $2
        """;

    public string Lock => $"SELECT FROM {schema}.mailboxes WHERE box = $1 AND allocation = $2 FOR UPDATE";

    public string Recount => $"""
        UPDATE {schema}.mailboxes SET (bytes, mails) = (SELECT coalesce(sum(size), 0), count(*) FROM {tables}.mails WHERE box = $1)
        WHERE box = $1 AND allocation = $2
        """;

    /// <summary>Makes a row that is gone, unless its number is another mailbox's by now. $3 user, $4 layout.</summary>
    public string Restore => $"""
        WITH made AS (
            INSERT INTO {schema}.mailboxes (box, allocation, username, layout, bytes, mails) OVERRIDING SYSTEM VALUE
            SELECT $1, $2, $3, $4, coalesce(sum(size), 0), count(*) FROM {tables}.mails WHERE box = $1
            ON CONFLICT DO NOTHING RETURNING box)
        SELECT setval(pg_get_serial_sequence('{schema}.mailboxes', 'box'), greatest(made.box, nextval(pg_get_serial_sequence('{schema}.mailboxes', 'box')))) FROM made
        """;

    /// <summary>Mailboxes in the order of their numbers, $1 the last one seen, that are older than $2.</summary>
    public string List => $"SELECT box, allocation, username, layout, mails FROM {schema}.mailboxes WHERE box > $1 AND created < now() - $2 ORDER BY box LIMIT 500";
}
