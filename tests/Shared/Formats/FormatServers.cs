using System.Globalization;
using MailStore.Tests.Servers;

namespace MailStore.Tests.Formats;

/// <summary>The servers that storage formats need, each started where its programs are there. What is configured is a schema or a prefix of its own.</summary>
internal sealed class FormatServers : IAsyncDisposable
{
    private const string Bucket = "formats";

    private readonly string _keys = Path.GetTempFileName();
    private CephRgw? _rgw;
    private PostgresServer? _postgres;
    private int _last;

    public PostgresServer Postgres => _postgres ?? throw new InvalidOperationException("no PostgreSQL");

    public CephRgw Rgw => _rgw ?? throw new InvalidOperationException("no object store");

    /// <summary>Starts those that the modules need, and that the machine has.</summary>
    public static Task<FormatServers> StartAsync(params string[] modules) => StartAsync(onDisk: false, modules);

    /// <param name="onDisk">Whether PostgreSQL is to have its data on the disk, for measurements. That of the object store are in memory.</param>
    /// <param name="modules">Those that are wanted.</param>
    public static async Task<FormatServers> StartAsync(bool onDisk, params string[] modules)
    {
        var servers = new FormatServers();
        try
        {
            if (modules.Contains("postgres") && StorageFormat.LackOf("postgres") is null)
                servers._postgres = onDisk ? await PostgresServer.StartNewOnDiskAsync() : await PostgresServer.StartNewAsync();
            if (modules.Contains("s3") && StorageFormat.LackOf("s3") is null)
            {
                servers._rgw = await CephRgw.StartAsync();
                await servers._rgw.CreateBucketAsync(Bucket);
            }

            await File.WriteAllTextAsync(servers._keys, $"[default]\naws_access_key_id = {CephRgw.AccessKey}\naws_secret_access_key = {CephRgw.SecretKey}\n");
            File.SetUnixFileMode(servers._keys, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    public string PostgresOptions() => string.Create(
        CultureInfo.InvariantCulture, $"connection = \"{Postgres.Connection()}\"\nschema = \"place{Interlocked.Increment(ref _last)}\"");

    public string S3Options() => string.Create(
        CultureInfo.InvariantCulture,
        $"endpoint = \"{Rgw.Endpoint}\"\nbucket = \"{Bucket}\"\nprefix = \"place{Interlocked.Increment(ref _last)}/{{domain}}/{{local}}\"\ncredentials_file = '{_keys}'");

    /// <summary>The arguments by which s3cmd finds the object store, and the bucket's address.</summary>
    public (string[] Arguments, string Bucket) S3cmd => (
        [
            "--config=/dev/null", $"--access_key={CephRgw.AccessKey}", $"--secret_key={CephRgw.SecretKey}", "--no-ssl", "--no-progress", "--quiet",
            $"--host={new Uri(Rgw.Endpoint).Authority}", $"--host-bucket={new Uri(Rgw.Endpoint).Authority}",
        ],
        $"s3://{Bucket}");

    public async ValueTask DisposeAsync()
    {
        if (_rgw is not null)
            await _rgw.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        File.Delete(_keys);
    }
}
