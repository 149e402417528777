using MailStore.Sdk;
using Npgsql;

namespace MailStore.Postgres.Connections;

/// <summary>What the driver's exceptions mean to a module.</summary>
internal static class Faults
{
    /// <summary>Whether it is the server's or the connection's, not a mistake of this module.</summary>
    public static bool IsOfServer(Exception fault) => fault switch
    {
        // mistakes in a statement or in its values (classes 22, 23, 42 and 0A) are the module's, but for missing rights and tables
        PostgresException e => e.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName
            || !(e.SqlState[..2] is "22" or "23" or "42" or "0A"),
        NpgsqlException or TimeoutException or ObjectDisposedException => true,
        OperationCanceledException { InnerException: { } inner } => IsOfServer(inner),
        // a connection that broke while it was used says so in this way
        InvalidOperationException e => e.Source == "Npgsql",
        _ => false,
    };

    /// <summary>Whether the connection went, so that nobody knows what became of what was under way on it.</summary>
    public static bool IsConnectionLost(Exception fault) => fault switch
    {
        // a FATAL may come after the commit was done and before it was told
        PostgresException e => e.InvariantSeverity is "FATAL" or "PANIC",
        OperationCanceledException => false,
        _ => IsOfServer(fault),
    };

    /// <summary>
    /// Whether the other connections of the pool are likely to be of no use either: the server went, or is not the primary any more. One that was too slow, or that none was
    /// free for, says nothing about the others: to make them all anew would slow down a server that is overloaded.
    /// </summary>
    public static bool IsOfAll(Exception fault) =>
        fault is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } || (IsConnectionLost(fault) && !IsTimeout(fault));

    public static bool IsTimeout(Exception fault) => fault is TimeoutException || fault.InnerException is TimeoutException;

    /// <summary>A statement that ended because its token was cancelled is a cancellation, and nothing else.</summary>
    public static void ThrowIfCancelled(Exception fault, CancellationToken cancellationToken)
    {
        if (fault is OperationCanceledException or PostgresException { SqlState: PostgresErrorCodes.QueryCanceled })
            cancellationToken.ThrowIfCancellationRequested();
    }

    public static Exception ToModuleException(Exception fault, string place)
    {
        if (Find<ModuleConfigurationException>(fault) is { } configuration)
            return new ModuleConfigurationException(configuration.Message, fault);
        if (Find<TemporaryFailureException>(fault) is { } temporary)
            return new TemporaryFailureException(temporary.Message, fault);
        return fault switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } e =>
                new ModuleConfigurationException($"PostgreSQL at {place}: {e.MessageText}; give the user the right, or let him own the schema", e),
            PostgresException { SqlState: PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory } e =>
                new TemporaryFailureException($"PostgreSQL at {place} has no room: {e.MessageText}", e) { StorageFull = e.SqlState == PostgresErrorCodes.DiskFull },
            PostgresException e => new TemporaryFailureException($"PostgreSQL at {place}: {e.MessageText} ({e.SqlState})", e),
            ObjectDisposedException => new TemporaryFailureException($"PostgreSQL at {place}: the module was stopped", fault),
            _ when IsTimeout(fault) => new TemporaryFailureException($"PostgreSQL at {place} does not answer in time; look whether it runs, is overloaded, or is cut off", fault),
            _ => new TemporaryFailureException($"PostgreSQL at {place} is out of reach: {Innermost(fault).Message}; look whether it runs", fault),
        };
    }

    private static T? Find<T>(Exception? fault) where T : Exception => fault switch
    {
        T found => found,
        AggregateException many => many.InnerExceptions.Select(Find<T>).FirstOrDefault(found => found is not null),
        { InnerException: { } inner } => Find<T>(inner),
        _ => null,
    };

    private static Exception Innermost(Exception fault) => fault.InnerException is { } inner ? Innermost(inner) : fault;
}
