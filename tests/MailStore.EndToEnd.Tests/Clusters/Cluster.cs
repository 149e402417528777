using System.Globalization;
using System.Net;
using System.Text.Json;
using MailStore.Tests;
using MailStore.Tests.Servers;

namespace MailStore.EndToEnd.Tests.Clusters;

/// <summary>Hosts as processes with data directories of their own, on one PostgreSQL and one storage.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly string _tree = Directory.CreateTempSubdirectory("mailstore-tree-").FullName;
    private readonly List<TestPlace> _places = [];
    private readonly List<int> _ports = [];
    private readonly ServerProcess?[] _hosts;

    private Cluster(ClusterServers servers, string name, string creator, int count, ClusterAddresses addresses, string tables)
    {
        _hosts = new ServerProcess?[count];
        Storage = new ClusterStorage(servers, name, _tree, addresses);
        for (var i = 0; i < count; i++)
        {
            var place = new TestPlace();
            var credentials = Path.Combine(place.Directory, "s3.keys");
            File.WriteAllText(credentials, $"[default]\naws_access_key_id = {CephRgw.AccessKey}\naws_secret_access_key = {CephRgw.SecretKey}\n");
            File.SetUnixFileMode(credentials, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var port = FreePort.Take();
            place.Configure(
                string.Create(CultureInfo.InvariantCulture, $"""
                creator = "{creator}"
                userdb = "postgres"

                {Storage.Tables(credentials)}

                [lmtp]
                listen = ["127.0.0.1:{port}"]
                xforward_clients = ["127.0.0.1"]

                {tables}
                """),
                MailStoreProgram.ModulesDirectory);
            _places.Add(place);
            _ports.Add(port);
        }
    }

    public ClusterStorage Storage { get; }

    /// <summary>Of each host; the same after it was killed and started again.</summary>
    public IReadOnlyList<int> Ports => _ports;

    /// <param name="tables">More tables of the configuration of each host.</param>
    public static async Task<Cluster> StartAsync(ClusterServers servers, string creator, int count, ClusterAddresses? addresses = null, string tables = "")
    {
        var cluster = new Cluster(servers, await servers.NewNameAsync(), creator, count, addresses ?? ClusterAddresses.Of(servers), tables);
        try
        {
            // side by side: each makes the tables, if nobody else has
            await Task.WhenAll(Enumerable.Range(0, count).Select(cluster.StartHostAsync));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public EndPoint EndPoint(int host) => new IPEndPoint(IPAddress.Loopback, _ports[host]);

    public TestPlace PlaceOf(int host) => _places[host];

    public async Task StartHostAsync(int host) => _hosts[host] = await ServerProcess.StartAsync(_places[host]);

    public async Task KillHostAsync(int host)
    {
        await _hosts[host]!.KillAsync();
        await _hosts[host]!.DisposeAsync();
    }

    public async Task StopAsync() => Assert.All(await Task.WhenAll(_hosts.Select(host => host!.StopAsync())), code => Assert.Equal(0, code));

    public Task AddUsersAsync(IEnumerable<string> lines) => _places[0].AddUsersAsync(lines);

    public string LogOf(int host) => _hosts[host]!.Log;

    /// <summary>
    /// Each user has one allocation; all his mails are in its place, and there are no other places.
    /// </summary>
    /// <param name="users">All users that got mail.</param>
    /// <param name="sent">User and subject of each mail that was accepted.</param>
    /// <returns>What is there more often than once, each copy too many.</returns>
    public async Task<IReadOnlyList<(string User, string Subject)>> AuditAsync(IReadOnlyCollection<string> users, IReadOnlyCollection<(string User, string Subject)> sent)
    {
        var records = (await _places[0].RunAsync("user", "list", "--json")).Succeeded().Output.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var places = records.ToDictionary(record => record.GetProperty("name").GetString()!, PlaceOf);
        Assert.Equal(users.Order(StringComparer.Ordinal), places.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(users.Count, places.Values.Distinct().Count());

        var stored = await Storage.ReadAsync();
        Assert.Equal(places.Values.Order(StringComparer.Ordinal), stored.Places.Order(StringComparer.Ordinal));
        Assert.All(stored.Mails, mail => Assert.Equal(places[mail.User], mail.Place));
        var found = stored.Mails.Select(mail => (mail.User, mail.Subject)).ToList();
        Assert.Empty(sent.Except(found));
        Assert.Empty(found.Except(sent));
        if (ClusterStorage.HasUids)
            await AuditUidsAsync(records);
        return [.. found.GroupBy(mail => mail).SelectMany(copies => copies.Skip(1))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.OfType<ServerProcess>())
            await host.DisposeAsync();
        foreach (var place in _places)
            place.Dispose();
        Directory.Delete(_tree, recursive: true);
    }

    private async Task AuditUidsAsync(List<JsonElement> records)
    {
        var uids = records.Where(record => record.TryGetProperty("uid", out _)).ToDictionary(record => record.GetProperty("home").GetString()!, record => record.GetProperty("uid").GetString()!);
        Assert.Equal(uids.Count, uids.Values.Distinct().Count());
        Assert.Equal(uids, (await Storage.UidsAsync()).ToDictionary());
    }

    private static string PlaceOf(JsonElement record)
    {
        var allocation = record.GetProperty("allocation");
        return ClusterStorage.PlaceOf(allocation.GetProperty("mda").GetString()!, allocation.GetProperty("values").EnumerateObject().ToDictionary(value => value.Name, value => value.Value.GetString()!));
    }
}
