using System.Security.Cryptography;
using System.Text;
using MailStore.Sdk;
using MailStore.Tests.Servers;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>One server for all tests that do not stop it; each place has a schema of its own.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private PostgresServer? _server;

    internal PostgresServer Server => _server ?? throw new InvalidOperationException("no server");

    public async Task InitializeAsync()
    {
        if (PostgresServer.Programs is not null)
            _server = await PostgresServer.StartNewAsync();
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    /// <summary>The schema of a place of the conformance kit.</summary>
    internal static string SchemaOf(ModuleContext context) =>
        "t" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(context.DataDirectory)))[..16];
}
