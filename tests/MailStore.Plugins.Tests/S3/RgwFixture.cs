using MailStore.Tests;

namespace MailStore.Plugins.Tests.S3;

/// <summary>One server for all tests of the module; each makes a bucket of its own.</summary>
public sealed class RgwFixture : IAsyncLifetime
{
    private CephRgw? _server;
    private int _buckets;

    internal CephRgw Server => _server ?? throw new InvalidOperationException("there is no server");

    public async Task<string> NewBucketAsync()
    {
        var name = $"bucket-{Interlocked.Increment(ref _buckets)}";
        await Server.CreateBucketAsync(name);
        return name;
    }

    public async Task InitializeAsync()
    {
        if (CephRgw.Missing is null)
            _server = await CephRgw.StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }
}
