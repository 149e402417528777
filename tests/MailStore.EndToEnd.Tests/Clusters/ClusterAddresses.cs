namespace MailStore.EndToEnd.Tests.Clusters;

/// <summary>Where the hosts of a cluster are told that its servers are: there, or at a proxy before them.</summary>
/// <param name="PostgresPort">On this machine.</param>
/// <param name="S3Port">On this machine.</param>
/// <param name="Timeout">How long a host waits for either.</param>
internal sealed record ClusterAddresses(int PostgresPort, int S3Port, TimeSpan Timeout)
{
    /// <summary>Those of the servers themselves, and the patience that hosts have by default.</summary>
    public static ClusterAddresses Of(ClusterServers servers) => new(servers.Postgres.Port, new Uri(servers.Ceph.Endpoint).Port, TimeSpan.FromSeconds(8));
}
