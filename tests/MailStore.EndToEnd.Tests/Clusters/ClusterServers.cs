using System.Globalization;
using MailStore.Tests;
using MailStore.Tests.Servers;

namespace MailStore.EndToEnd.Tests.Clusters;

/// <summary>One PostgreSQL and one S3 server for a class of tests. Each of its clusters has a database, a bucket and a tree of its own.</summary>
public sealed class ClusterServers : IAsyncLifetime
{
    private PostgresServer? _postgres;
    private CephRgw? _ceph;
    private int _names;

    internal PostgresServer Postgres => _postgres ?? throw new InvalidOperationException("PostgreSQL is not here");

    internal CephRgw Ceph => _ceph ?? throw new InvalidOperationException("Ceph is not here");

    public async Task InitializeAsync()
    {
        if (PostgresServer.Programs is null || CephRgw.Missing is not null)
            return;
        _postgres = await PostgresServer.StartNewAsync();
        _ceph = await CephRgw.StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (_ceph is not null)
            await _ceph.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
    }

    /// <summary>Makes a database and a bucket.</summary>
    /// <returns>The name of both.</returns>
    internal async Task<string> NewNameAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"cluster{Interlocked.Increment(ref _names)}");
        await Postgres.PsqlAsync($"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'");
        await Ceph.CreateBucketAsync(name);
        return name;
    }
}
