using MailStore.Plugins.Tests.Postgres;
using MailStore.Tests;

namespace MailStore.Plugins.Tests.OverUsers;

/// <summary>A theory that needs PostgreSQL and the object store; skipped with the reason where one is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ServersTheoryAttribute : TheoryAttribute
{
    public ServersTheoryAttribute() => Skip = PostgresFactAttribute.Lack ?? (CephRgw.Missing is { } missing ? $"needs {missing}" : null);
}
