using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MailStore.Postgres.Connections;

namespace MailStore.Postgres.Users;

/// <summary>The table <c>[userdb.postgres]</c>.</summary>
internal sealed class PostgresUserDatabaseOptions : PostgresOptions
{
    [Description("how long the lock of a user outlives a host that died while it held it; a host that lives renews it")]
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan LockLease { get; set; } = TimeSpan.FromSeconds(30);

    [Description("how many users are kept in memory, about 1 KB each; all others are read from the database when they get mail")]
    [Range(16, 10_000_000)]
    public int CachedUsers { get; set; } = 50_000;
}
