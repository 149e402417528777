namespace MailStore.Postgres.Mailboxes;

/// <summary>The statements on one mailbox's tables; the same text for all users who share tables, so that it is prepared once a connection.</summary>
internal sealed class MailStatements(MailboxPlace place)
{
    private readonly string _boxes = $"{place.Schema}.mailboxes";
    private readonly string _tables = place.Tables;

    /// <summary>
    /// Counts the mail if there is room for it and nobody has given it up, else gives no row. The row stays locked until the end of the transaction; whoever waited
    /// for it sees what was committed meanwhile. $1 box, $2 allocation, $3 size, $4 and $5 limits, $6 delivery.
    /// </summary>
    private string Room(string id) => $"""
        UPDATE {_boxes} SET bytes = bytes + $3, mails = mails + 1
        WHERE box = $1 AND allocation = $2 AND ($4::bigint IS NULL OR bytes + $3 <= $4) AND ($5::bigint IS NULL OR mails < $5) AND NOT $6 = ANY (given_up)
        RETURNING {id} AS id
        """;

    private string Insert => $"""
        INSERT INTO {_tables}.mails (box, id, folder, arrival, size, delivery, sender, recipient)
        SELECT $1, id, $7, $8, $3, $6, $9, $10 FROM room RETURNING id
        """;

    /// <summary>A mail of one chunk, $11: usage, mail and content in one statement.</summary>
    public string StoreSmall => $"""
        WITH room AS ({Room($"nextval('{place.Schema}.mail_ids')")}), stored AS ({Insert})
        INSERT INTO {_tables}.chunks (box, mail, chunk, content) SELECT $1, id, 0, $11 FROM stored RETURNING mail
        """;

    /// <summary>A mail whose chunks are there, with the id $11.</summary>
    public string StoreLarge => $"WITH room AS ({Room("$11::bigint")}) {Insert}";

    public string NextId => $"SELECT nextval('{place.Schema}.mail_ids')";

    public string StoreChunk => $"INSERT INTO {_tables}.chunks (box, mail, chunk, content) VALUES ($1, $2, $3, $4)";

    /// <summary>Ids for $1 mails, in order.</summary>
    public string NextIds => $"SELECT nextval('{place.Schema}.mail_ids') FROM generate_series(1, $1)";

    /// <summary>A mail of an import; its chunks are there, or come in the same transaction.</summary>
    public string ImportMail => $"""
        INSERT INTO {_tables}.mails (box, id, folder, arrival, size, flags, delivery, sender, recipient) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    /// <summary>Counts mails of an import, whatever the quota; the last statement, since the row is locked from here on. No row if the import was given up. $5 the first delivery.</summary>
    public string CountImported => $"""
        UPDATE {_boxes} SET bytes = bytes + $3, mails = mails + $4 WHERE box = $1 AND allocation = $2 AND NOT $5 = ANY (given_up) RETURNING box
        """;

    public string SetFlags => $"UPDATE {_tables}.mails SET flags = $4 WHERE box = $1 AND id = $2 AND {IsOwn(3)}";

    public string RemoveMail => $"DELETE FROM {_tables}.mails WHERE box = $1 AND id = $2 AND {IsOwn(3)}";

    public string RemoveChunks => $"DELETE FROM {_tables}.chunks WHERE box = $1 AND mail = $2";

    public string Usage => $"SELECT bytes, mails, $3 = ANY (given_up) FROM {_boxes} WHERE box = $1 AND allocation = $2";

    /// <summary>
    /// Forbids a delivery for good, and waits for one that is under way: the row is locked. The last hundred are kept; a delivery that comes later than
    /// that is of a connection long dead.
    /// </summary>
    public string GiveUp => $"UPDATE {_boxes} SET given_up = (array_remove(given_up, $3) || $3)[greatest(1, cardinality(given_up) - 98):] WHERE box = $1 AND allocation = $2";

    public string FindDelivery => $"SELECT id FROM {_tables}.mails WHERE box = $1 AND delivery = $2";

    public string RemoveDeliveries => $"DELETE FROM {_tables}.mails WHERE box = $1 AND delivery = ANY ($2)";

    private string IsOwn(int parameter) => $"EXISTS (SELECT FROM {_boxes} WHERE box = $1 AND allocation = ${parameter})";

    public string List => $"""
        SELECT folder, arrival, id, size, flags FROM {_tables}.mails
        WHERE box = $1 AND (folder, arrival, id) > ($2, $3, $4) AND {IsOwn(5)} ORDER BY folder, arrival, id LIMIT $6
        """;

    public string Open => $"""
        SELECT m.size, c.content FROM {_tables}.mails AS m JOIN {_tables}.chunks AS c ON c.box = m.box AND c.mail = m.id AND c.chunk = 0
        WHERE m.box = $1 AND m.id = $2 AND {IsOwn(3)}
        """;

    public string ReadChunk => $"SELECT content FROM {_tables}.chunks WHERE box = $1 AND mail = $2 AND chunk = $3";

    public string RemoveSome => $"""
        DELETE FROM {_tables}.mails WHERE box = $1 AND {IsOwn(2)} AND id IN (SELECT id FROM {_tables}.mails WHERE box = $1 LIMIT 500)
        """;

    public string RemoveRest => $"DELETE FROM {_tables}.mails WHERE box = $1";

    public string RemoveBox => $"DELETE FROM {_boxes} WHERE box = $1 AND allocation = $2 RETURNING box";

    public string RemoveEmptyBox => $"DELETE FROM {_boxes} WHERE box = $1 AND allocation = $2 AND mails = 0 RETURNING box";

    public string DropTables => $"DROP SCHEMA IF EXISTS {_tables} CASCADE";
}
