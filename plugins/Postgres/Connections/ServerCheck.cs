using MailStore.Sdk;
using Npgsql;

namespace MailStore.Postgres.Connections;

/// <summary>Looks at each new connection whether what is committed on it is durable: "250" is a promise.</summary>
internal static class ServerCheck
{
    private const int OldestVersion = 13;

    // and lets the server end what a host that was cut off left open, with the locks that it holds: without these it waits for hours
    private const string Question = """
        SELECT current_setting('synchronous_commit'), current_setting('fsync'), current_setting('server_encoding'), pg_is_in_recovery(),
            set_config('idle_in_transaction_session_timeout', '20s', false), set_config('tcp_keepalives_idle', '20', false),
            set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '30000', false)
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

    private static void Check(NpgsqlConnection connection, NpgsqlDataReader answer)
    {
        var place = $"the PostgreSQL server {connection.Host}";
        if (connection.PostgreSqlVersion.Major < OldestVersion)
            throw new ModuleConfigurationException($"{place} is of version {connection.PostgreSqlVersion}; {OldestVersion} is the oldest that serves");
        if (answer.GetString(0) == "off")
        {
            throw new ModuleConfigurationException(
                $"{place} runs with synchronous_commit = off for this user: a power cut would lose mail that was acknowledged. Say 'ALTER ROLE … SET synchronous_commit = on', or mend postgresql.conf");
        }

        if (answer.GetString(1) == "off")
            throw new ModuleConfigurationException($"{place} runs with fsync = off: a power cut would lose mail that was acknowledged, if not the whole database. Mend postgresql.conf");
        if (answer.GetString(2) != "UTF8")
            throw new ModuleConfigurationException($"the database on {connection.Host} has the encoding {answer.GetString(2)}; make one with ENCODING 'UTF8'");
        if (answer.GetBoolean(3))
            throw new TemporaryFailureException($"{place} is a standby and takes no writes; name all hosts in 'connection', so that the primary is found after a failover");
    }
}
