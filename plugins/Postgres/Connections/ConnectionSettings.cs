using MailStore.Sdk;
using Npgsql;

namespace MailStore.Postgres.Connections;

/// <summary>The administrator's connection string, completed by what a mail store needs.</summary>
internal static class ConnectionSettings
{
    private const int PreparedStatements = 40;

    // a server that answers a cancel was slow, and its connections are kept; one that does not is gone, and the driver makes them all anew
    private const int CancellationMilliseconds = 2000;

    /// <exception cref="ModuleConfigurationException">The connection string has a mistake, or a password in it.</exception>
    public static NpgsqlConnectionStringBuilder Of(PostgresOptions options)
    {
        var settings = Parse(options.Connection);
        if (!string.IsNullOrEmpty(settings.Password))
        {
            throw new ModuleConfigurationException(
                "'connection' holds a password, which everybody would see who may read the configuration; put it into a file of mode 0600 and name that by 'password_file', or set PGPASSWORD or PGPASSFILE");
        }

        if (string.IsNullOrWhiteSpace(settings.Host))
            throw new ModuleConfigurationException("'connection' names no host; write Host=db.example.org, or Host=/run/postgresql for the Unix socket there");

        // the data source chooses the primary, whatever is asked for here: a standby takes no mail
        settings.TargetSessionAttributes = null;
        settings.HostRecheckSeconds = 1;

        var seconds = (int)Math.Ceiling(options.Timeout.TotalSeconds);
        settings.Timeout = seconds;
        settings.CommandTimeout = seconds;
        settings.CancellationTimeout = CancellationMilliseconds;
        settings.MaxPoolSize = options.MaxConnections;
        settings.Pooling = true;
        settings.Multiplexing = false;
        settings.Enlist = false;

        // nothing of a session outlives its transaction, so there is nothing to reset
        settings.NoResetOnClose = true;
        settings.PersistSecurityInfo = false;
        settings.IncludeErrorDetail = false;
        settings.LogParameters = false;
        if (!settings.ShouldSerialize("Max Auto Prepare"))
        {
            settings.MaxAutoPrepare = PreparedStatements;
            settings.AutoPrepareMinUsages = 2;
        }

        if (!settings.ShouldSerialize("Tcp Keepalive"))
        {
            settings.TcpKeepAlive = true;
            settings.TcpKeepAliveTime = 10;
            settings.TcpKeepAliveInterval = 5;
        }

        settings.ApplicationName ??= "mailstore";
        return settings;
    }

    private static NpgsqlConnectionStringBuilder Parse(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // the text is not repeated: it may hold what must not be shown
            throw new ModuleConfigurationException("'connection' is no connection string; write it as 'Host=db.example.org;Database=mailstore;Username=mailstore'");
        }
    }
}
