using MailStore.Tests.Servers;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>A test that needs a PostgreSQL server; skipped with the reason where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    internal static readonly string? Lack = PostgresServer.Programs is null ? "PostgreSQL is not installed (/usr/lib/postgresql); tests/run installs it" : null;

    public PostgresFactAttribute() => Skip = Lack;
}
