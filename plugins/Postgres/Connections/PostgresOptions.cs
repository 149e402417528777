using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MailStore.Postgres.Connections;

/// <summary>What <c>[mda.postgres]</c> and <c>[userdb.postgres]</c> share: how to get at the server.</summary>
internal abstract class PostgresOptions
{
    [Required]
    [Description("where the database is, as Npgsql reads it: 'Host=db1,db2;Database=mailstore;Username=mailstore'; a path as host is the directory of a Unix socket. Of several hosts the one that is primary is used. No password here: see password_file")]
    public string Connection { get; set; } = "Host=/run/postgresql;Database=mailstore";

    [Description("a file with the password in its first line, read for each new connection, readable by the service's user only; absent: $PGPASSWORD, $PGPASSFILE, ~/.pgpass, or a way to log in without one")]
    public string? PasswordFile { get; set; }

    [Required]
    [RegularExpression("[a-z_][a-z0-9_]{0,39}", ErrorMessage = "write up to 40 lower-case letters, digits and underscores")]
    [Description("the schema of the tables; made at the first start")]
    public string Schema { get; set; } = "mailstore";

    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    [Description("how long to wait for a connection, and for each statement; then the server counts as out of reach. A delivery may come to six times as long, which is to stay below the host's call_timeout")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(8);

    [Range(2, 1000)]
    [Description("how many connections are open at most")]
    public int MaxConnections { get; set; } = 20;
}
