using MailStore.Sdk;
using Npgsql;

namespace MailStore.Postgres.Connections;

/// <summary>Sees to it for each new connection that what is committed on it is durable: "250" is a promise.</summary>
internal static class ServerCheck
{
    private const int OldestVersion = 13;

    // and lets the server end what a host that was cut off left open, with the locks that it holds: without these it waits for hours. What a session sets
    // itself stays as it is when postgresql.conf is read again. Warnings tell of commits that did not wait for their standby
    private const string Question = """
        SELECT current_setting('fsync'), current_setting('server_encoding'), pg_is_in_recovery(),
            set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local', 'remote_write') THEN 'on' ELSE current_setting('synchronous_commit') END, false),
            set_config('client_min_messages', 'warning', false), set_config('idle_in_transaction_session_timeout', '20s', false),
            set_config('tcp_keepalives_idle', '20', false), set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '30000', false)
        """;

    public static void Run(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Question, connection);
        using var reader = command.ExecuteReader();
        reader.Read();
        Check(connection, reader);
    }

    public static async Task RunAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Question, connection);
        await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        await reader.ReadAsync().ConfigureAwait(false);
        Check(connection, reader);
    }

    /// <summary>Asks again for what no session can set itself, and a server that read postgresql.conf again may have changed.</summary>
    /// <exception cref="ModuleConfigurationException">What is committed is not durable any more.</exception>
    public static async Task<bool> AskAgainAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT current_setting('fsync')", connection);
        CheckFlushes(connection, (string)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!);
        return true;
    }

    private static void Check(NpgsqlConnection connection, NpgsqlDataReader answer)
    {
        var place = $"the PostgreSQL server {connection.Host}";
        if (connection.PostgreSqlVersion.Major < OldestVersion)
            throw new ModuleConfigurationException($"{place} is of version {connection.PostgreSqlVersion}; {OldestVersion} is the oldest that serves");
        CheckFlushes(connection, answer.GetString(0));
        if (answer.GetString(1) != "UTF8")
            throw new ModuleConfigurationException($"the database on {connection.Host} has the encoding {answer.GetString(1)}; make one with ENCODING 'UTF8'");
        if (answer.GetBoolean(2))
            throw new TemporaryFailureException($"{place} is a standby and takes no writes; name all hosts in 'connection', so that the primary is found after a failover");
    }

    private static void CheckFlushes(NpgsqlConnection connection, string fsync)
    {
        if (fsync == "off")
            throw new ModuleConfigurationException($"the PostgreSQL server {connection.Host} runs with fsync = off: a power cut would lose mail that was acknowledged, if not the whole database. Mend postgresql.conf");
    }
}
