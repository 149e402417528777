using MailStore.Plugins.Tests.Maildir;
using MailStore.Tests.Servers;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>A test that needs a PostgreSQL server; skipped with the reason where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    internal static readonly string? Lack = PostgresServer.Programs is null ? "PostgreSQL is not installed (/usr/lib/postgresql); tests/run installs it" : null;

    /// <param name="realMails">Whether it needs the real mails too.</param>
    public PostgresFactAttribute(bool realMails = false) =>
        Skip = Lack ?? (realMails && RealMails.Folder is null ? "the real mails (../shared/mail) are not here" : null);
}
