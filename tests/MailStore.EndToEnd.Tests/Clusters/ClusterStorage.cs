using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using MailStore.Tests;
using MailStore.Tests.Servers;

namespace MailStore.EndToEnd.Tests.Clusters;

/// <summary>What all hosts of a cluster store to: PostgreSQL in both its layouts, S3, and Maildirs in one tree. A user's record says which.</summary>
/// <param name="servers">Where it really is.</param>
/// <param name="name">Of the database and of the bucket.</param>
/// <param name="tree">Where Maildirs are.</param>
/// <param name="addresses">Where the hosts are told that it is.</param>
internal sealed class ClusterStorage(ClusterServers servers, string name, string tree, ClusterAddresses addresses)
{
    /// <summary>The instances of MDAs, of which users have one each in turn.</summary>
    public static readonly string[] Mdas = ["postgres", "schemas", "s3", "maildir"];

    public static readonly bool HasUids = Environment.UserName == "root";

    /// <summary>The tables of the configuration.</summary>
    /// <param name="credentials">The file with the keys.</param>
    public string Tables(string credentials)
    {
        var postgres = string.Create(
            CultureInfo.InvariantCulture,
            $"connection = \"Host=127.0.0.1;Port={addresses.PostgresPort};Username={PostgresServer.User};Database={name}\"\ntimeout = \"{addresses.Timeout.TotalSeconds}s\"");
        return string.Create(CultureInfo.InvariantCulture, $"""
            [userdb.postgres]
            {postgres}
            lock_lease = "5s"

            [mda.postgres]
            {postgres}

            [mda.schemas]
            module = "postgres"
            {postgres}
            layout = "schema"

            [mda.s3]
            bucket = "{name}"
            endpoint = "http://127.0.0.1:{addresses.S3Port}"
            credentials_file = "{credentials}"
            timeout = "{addresses.Timeout.TotalSeconds * 2}s"
            request_timeout = "{addresses.Timeout.TotalSeconds}s"

            [mda.maildir]
            path = "{tree}/{"{domain}/{local}"}"
            {(HasUids ? "first_uid = 20000\nlast_uid = 49999\ngid = 20000" : "")}
            """);
    }

    /// <summary>Where a record says that its user is.</summary>
    public static string PlaceOf(string mda, IReadOnlyDictionary<string, string> values) => mda switch
    {
        "maildir" => values["home"],
        "s3" => values["prefix"],
        _ => Box(values["box"]),
    };

    public async Task<StoredMails> ReadAsync()
    {
        StoredMails[] all = [await ReadPostgresAsync(), await ReadS3Async(), ReadTree()];
        return new StoredMails([.. all.SelectMany(part => part.Places)], [.. all.SelectMany(part => part.Mails)]);
    }

    /// <summary>The sweep of plugins/Postgres/README.md: mailboxes that a host made and died before anybody referred to them.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> SweepAsync()
    {
        var orphans = (await servers.Postgres.PsqlAsync(
            """
            SELECT b.box || ' ' || b.layout FROM mailstore.mailboxes b
            WHERE b.mails = 0 AND NOT EXISTS (SELECT FROM mailstore.users u WHERE u.allocation->>'id' = b.allocation)
            """,
            name)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var orphan in orphans.Select(orphan => orphan.Split(' ')))
        {
            var drop = orphan[1] == "schema" ? $"DROP SCHEMA mailstore_{orphan[0]} CASCADE; " : "";
            await servers.Postgres.PsqlAsync($"{drop}DELETE FROM mailstore.mailboxes WHERE box = {orphan[0]} AND mails = 0", name);
        }

        // a Maildir that was never finished; MailStore waits 36 hours with these
        var unfinished = Directory.Exists(tree) ? Directory.GetDirectories(tree, ".mailstore-new-*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }) : [];
        foreach (var folder in unfinished)
        {
            Assert.All(Directory.GetFiles(folder, "*", SearchOption.AllDirectories), file => Assert.Equal("mailstore-owner", Path.GetFileName(file)));
            Directory.Delete(folder, recursive: true);
        }

        return orphans.Length + unfinished.Length;
    }

    /// <summary>The uid that each Maildir belongs to.</summary>
    public async Task<IReadOnlyDictionary<string, string>> UidsAsync() =>
        (await Tools.RunAsync("find", [tree, "-mindepth", "2", "-maxdepth", "2", "-type", "d", "-printf", "%p %U\\n"]))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToDictionary(line => line[0], line => line[1]);

    private static string Box(string box) => $"box {box}";

    private async Task<StoredMails> ReadPostgresAsync()
    {
        const string mail = "m.box || '|' || substring(convert_from(c.content, 'UTF8') FROM 'Delivered-To: ([^\\n]*)') || '|' || substring(convert_from(c.content, 'UTF8') FROM 'Subject: ([^\\n]*)')";
        var schemas = (await LinesAsync("SELECT substring(nspname FROM 11) FROM pg_namespace WHERE nspname LIKE 'mailstore\\_%'")).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(schemas, (await LinesAsync("SELECT box FROM mailstore.mailboxes WHERE layout = 'schema'")).Order(StringComparer.Ordinal));
        var mails = new List<string>();
        foreach (var some in schemas.Select(schema => $"mailstore_{schema}").Prepend("mailstore").Chunk(50))
            mails.AddRange(await LinesAsync(string.Join(" UNION ALL ", some.Select(schema => $"SELECT {mail} FROM {schema}.mails m JOIN {schema}.chunks c ON c.box = m.box AND c.mail = m.id"))));
        var boxes = (await LinesAsync("SELECT box FROM mailstore.mailboxes")).Select(Box);

        // what is counted is what is there
        Assert.Equal($"{mails.Count}", Assert.Single(await LinesAsync("SELECT coalesce(sum(mails), 0) FROM mailstore.mailboxes")));
        return new StoredMails([.. boxes], [.. mails.Select(line => line.Split('|')).Select(parts => new PlacedMail(Box(parts[0]), parts[1], parts[2]))]);
    }

    private async Task<string[]> LinesAsync(string statement) => (await servers.Postgres.PsqlAsync(statement, name)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<StoredMails> ReadS3Async()
    {
        using var requests = new CephRgwRequests(new Uri(servers.Ceph.Endpoint), CephRgw.AccessKey, CephRgw.SecretKey);
        var keys = await requests.ListAsync(name);
        var mails = new ConcurrentBag<PlacedMail>();
        await Parallel.ForEachAsync(keys.Where(key => key.EndsWith(".eml", StringComparison.Ordinal)), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (key, _) =>
        {
            var content = await requests.ReadAsync(name, key);

            // of another size than its key says: withdrawn
            if (key.EndsWith($"_S{content.Length}.eml", StringComparison.Ordinal))
                mails.Add(PlacedMail.Of(PrefixOf(key), Encoding.UTF8.GetString(content)));
        });
        return new StoredMails([.. keys.Where(key => key.StartsWith("mail/example.org/", StringComparison.Ordinal)).Select(PrefixOf).Distinct()], [.. mails]);

        // mail/example.org/alice/17/…
        static string PrefixOf(string key) => string.Join('/', key.Split('/').Take(4)) + "/";
    }

    private StoredMails ReadTree()
    {
        var homes = Directory.Exists(tree) ? Directory.GetDirectories(tree).SelectMany(Directory.GetFileSystemEntries).ToList() : [];
        return new StoredMails(homes, [.. homes.SelectMany(home => StoredMaildir.Files(home).Select(file => PlacedMail.Of(home, File.ReadAllText(file))))]);
    }
}
