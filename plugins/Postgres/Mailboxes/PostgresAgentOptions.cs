using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MailStore.Postgres.Connections;
using MailStore.Sdk;

namespace MailStore.Postgres.Mailboxes;

/// <summary>The table <c>[mda.postgres]</c>.</summary>
internal sealed class PostgresAgentOptions : PostgresOptions
{
    [UserSetting(AtAllocation = true)]
    [Description("what a user gets: 'table', rows of tables that all users share; or 'schema', tables of his own in a schema of his own, which can be dumped and given rights by itself, for some thousands of users")]
    public MailboxLayout Layout { get; set; } = MailboxLayout.Table;

    [UserSetting]
    [Description("the most that a mailbox may hold, in bytes, as 1G; 0 or absent: no limit")]
    public ByteSize? Quota { get; set; }

    [UserSetting]
    [Range(0, int.MaxValue)]
    [Description("the most that a mailbox may hold, in mails; 0 or absent: no limit")]
    public long? QuotaCount { get; set; }

    [UserSetting]
    [Description("whether mail for user+lists@… goes to the folder 'lists' of the user")]
    public bool DetailFolders { get; set; }
}
