using MailStore.Tests.Formats;

namespace MailStore.EndToEnd.Tests.Formats;

/// <summary>The servers, for all tests of the collection.</summary>
public sealed class FormatsFixture : IAsyncLifetime
{
    private FormatServers? _servers;

    internal FormatServers Servers => _servers ?? throw new InvalidOperationException("no servers");

    public async Task InitializeAsync() => _servers = await FormatServers.StartAsync("postgres", "s3");

    public Task DisposeAsync() => Servers.DisposeAsync().AsTask();
}
