namespace MailStore.Postgres.Mailboxes;

/// <summary>The tables of the mailboxes, version by version.</summary>
internal static class MailSchema
{
    public const string Component = "mails";

    private const int Partitions = 16;

    private const string MailColumns = """
        box bigint NOT NULL,
        id bigint NOT NULL,
        folder text COLLATE "C" NOT NULL,
        arrival timestamptz NOT NULL,
        size bigint NOT NULL,
        flags integer NOT NULL DEFAULT 0,
        delivery text NOT NULL,
        sender text NOT NULL,
        recipient text NOT NULL,
        PRIMARY KEY (box, id),
        UNIQUE (box, delivery)
        """;

    // checked at the end: the chunks of a large mail come before the mail
    private static string ChunkColumns(string tables) => $"""
        box bigint NOT NULL,
        mail bigint NOT NULL,
        chunk integer NOT NULL,
        content bytea NOT NULL,
        PRIMARY KEY (box, mail, chunk),
        FOREIGN KEY (box, mail) REFERENCES {tables}.mails (box, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
        """;

    public static readonly IReadOnlyList<string> Steps =
    [
        $$"""
        CREATE TABLE {schema}.mailboxes (
            box bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            allocation text NOT NULL UNIQUE,
            username text NOT NULL,
            layout text NOT NULL,
            bytes bigint NOT NULL DEFAULT 0,
            mails bigint NOT NULL DEFAULT 0,
            given_up text[] NOT NULL DEFAULT '{}',
            created timestamptz NOT NULL DEFAULT now()
        ) WITH (fillfactor = 70);
        COMMENT ON COLUMN {schema}.mailboxes.given_up IS 'deliveries that were answered as failed and must not be stored any more';
        CREATE INDEX ON {schema}.mailboxes (username);
        CREATE SEQUENCE {schema}.mail_ids;
        CREATE TABLE {schema}.mails ({{MailColumns}}) PARTITION BY HASH (box);
        CREATE INDEX ON {schema}.mails (box, folder, arrival, id);
        CREATE TABLE {schema}.chunks ({{ChunkColumns("{schema}")}}) PARTITION BY HASH (box);
        DO $$
        BEGIN
            FOR i IN 0..{{Partitions - 1}} LOOP
                EXECUTE format('CREATE TABLE {schema}.mails_%s PARTITION OF {schema}.mails FOR VALUES WITH (MODULUS {{Partitions}}, REMAINDER %s)', i, i);
                EXECUTE format('CREATE TABLE {schema}.chunks_%s PARTITION OF {schema}.chunks FOR VALUES WITH (MODULUS {{Partitions}}, REMAINDER %s)', i, i);
            END LOOP;
        END $$;
        CREATE FUNCTION {schema}.count_removed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE {schema}.mailboxes AS b SET bytes = b.bytes - r.bytes, mails = b.mails - r.mails
            FROM (SELECT box, sum(size) AS bytes, count(*) AS mails FROM removed GROUP BY box) AS r WHERE b.box = r.box;
            RETURN NULL;
        END $$;
        COMMENT ON FUNCTION {schema}.count_removed IS 'whoever removes a mail, the usage of the mailbox is right';
        {{Trigger("{schema}", "{schema}")}};
        """,
    ];

    /// <summary>The statements that make the schema of one user.</summary>
    public static string OfUser(string schema, string tables) => $"""
        CREATE SCHEMA {tables};
        CREATE TABLE {tables}.mails ({MailColumns});
        CREATE INDEX ON {tables}.mails (box, folder, arrival, id);
        CREATE TABLE {tables}.chunks ({ChunkColumns(tables)});
        {Trigger(schema, tables)};
        """;

    private static string Trigger(string schema, string tables) =>
        $"CREATE TRIGGER count_removed AFTER DELETE ON {tables}.mails REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION {schema}.count_removed()";
}
