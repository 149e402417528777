namespace MailStore.Postgres.Users;

/// <summary>The tables of the user database, version by version.</summary>
internal static class UserSchema
{
    public const string Component = "users";

    public static readonly IReadOnlyList<string> Steps =
    [
        """
        CREATE TABLE {schema}.users (
            name text COLLATE "C" PRIMARY KEY,
            sort_key bytea NOT NULL UNIQUE,
            version bigint NOT NULL,
            settings jsonb NOT NULL,
            allocation jsonb,
            changed timestamptz NOT NULL DEFAULT now()
        );
        COMMENT ON COLUMN {schema}.users.sort_key IS 'the name in UTF-16, high byte first: its order is that of the names';
        CREATE SEQUENCE {schema}.user_versions;
        CREATE TABLE {schema}.sequences (name text COLLATE "C" PRIMARY KEY, value bigint NOT NULL);
        CREATE TABLE {schema}.locks (key bytea PRIMARY KEY, holder uuid NOT NULL, until timestamptz NOT NULL);
        COMMENT ON TABLE {schema}.locks IS 'leases on users, by sort_key; one that is past its time is free';
        """,
    ];
}
