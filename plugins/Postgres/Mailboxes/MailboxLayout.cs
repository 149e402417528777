namespace MailStore.Postgres.Mailboxes;

/// <summary>What a user gets when he is allocated.</summary>
internal enum MailboxLayout
{
    /// <summary>Rows of tables that all users share, partitioned by user.</summary>
    Table,

    /// <summary>A schema of his own, with tables of his own.</summary>
    Schema,
}
