using System.Diagnostics;
using System.Net;
using MailStore.Tests.Servers;

namespace MailStore.Tests;

/// <summary>
/// A private S3 server: Ceph with one monitor, one OSD that keeps all in memory, and its object gateway, on loopback. Up in about 3 seconds; all data is gone with it. Needs
/// the packages ceph-mon, ceph-osd, radosgw and ceph-common.
/// </summary>
internal sealed class CephRgw : IAsyncDisposable
{
    public const string AccessKey = "test";
    public const string SecretKey = "testtesttest";

    private static readonly string[] Programs = ["ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "monmaptool", "ceph"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    // short: Ceph puts Unix sockets into it
    private readonly string _folder = Directory.CreateTempSubdirectory("ms-rgw-").FullName;
    private readonly List<Process> _processes = [];
    private readonly int _port = FreePort.Take();
    private Process? _gateway;

    private CephRgw()
    {
    }

    /// <summary>The program that is missing; null if all are there.</summary>
    public static string? Missing { get; } = Programs.FirstOrDefault(program =>
        !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program))));

    public string Endpoint => $"http://127.0.0.1:{_port}";

    private string Config => Path.Combine(_folder, "ceph.conf");

    public static async Task<CephRgw> StartAsync()
    {
        var server = new CephRgw();
        try
        {
            await server.StartClusterAsync();
            await server.StartGatewayAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a bucket; nothing happens where it is there.</summary>
    public async Task CreateBucketAsync(string name)
    {
        using var requests = new CephRgwRequests(new Uri(Endpoint), AccessKey, SecretKey);
        var status = await requests.SendAsync(HttpMethod.Put, "/" + name, CancellationToken.None);
        if (status != HttpStatusCode.OK)
            throw new InvalidOperationException($"the bucket {name} could not be made: {status}");
    }

    /// <summary>Stops the gateway in its tracks: connections stay, nothing is answered. What is in the sockets is carried out after <see cref="ResumeAsync"/>.</summary>
    public Task PauseAsync() => RunAsync("kill", "-STOP", $"{_gateway!.Id}");

    public Task ResumeAsync() => RunAsync("kill", "-CONT", $"{_gateway!.Id}");

    /// <summary>Kills the gateway; data stays.</summary>
    public async Task KillGatewayAsync()
    {
        _gateway!.Kill();
        await _gateway.WaitForExitAsync();
    }

    /// <summary>Starts the gateway again, at the same port.</summary>
    public async Task StartGatewayAsync()
    {
        _gateway = Spawn("radosgw", "-n", "client.rgw", "-f");
        using var requests = new CephRgwRequests(new Uri(Endpoint), AccessKey, SecretKey);
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (await requests.SendAsync(HttpMethod.Put, "/ready", CancellationToken.None) == HttpStatusCode.OK)
                    return;
            }
            catch (HttpRequestException)
            {
                // not yet
            }

            if (_gateway.HasExited || watch.Elapsed > Patience)
                throw new InvalidOperationException($"radosgw does not answer\n{LastWords()}");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // the data is thrown away, so no orderly end, which takes seconds
        _processes.Reverse();
        foreach (var process in _processes)
        {
            if (!process.HasExited)
                process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartClusterAsync()
    {
        foreach (var part in (string[])["mon", "osd", "log", "run", "rgw", "crash"])
            Directory.CreateDirectory(Path.Combine(_folder, part));
        var (id, osd, monitor) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString(), FreePort.Take());
        await File.WriteAllTextAsync(Config, Configuration(id, monitor));
        var map = Path.Combine(_folder, "monmap");
        await RunAsync("monmaptool", "--create", "--clobber", "--fsid", id, "--addv", "a", $"[v2:127.0.0.1:{monitor}/0]", map);
        await RunAsync("ceph-mon", "-c", Config, "-i", "a", "--mkfs", "--monmap", map);
        Spawn("ceph-mon", "-i", "a", "-f");
        await RunAsync("ceph", "-c", Config, "osd", "new", osd, "0");
        await RunAsync("ceph-osd", "-c", Config, "-i", "0", "--mkfs", "--osd-uuid", osd, "--no-mon-config");
        Spawn("ceph-osd", "-i", "0", "-f");
        await RunAsync("radosgw-admin", "-c", Config, "-n", "client.admin", "user", "create", "--uid=test", "--display-name=test", $"--access-key={AccessKey}", $"--secret-key={SecretKey}");
    }

    private Process Spawn(string program, params string[] arguments)
    {
        // its own words go to its log file; a pipe that nobody reads would stop it one day
        var start = new ProcessStartInfo("setsid", [program, "-c", Config, .. arguments, "--log-to-stderr=false", "--err-to-stderr=false"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        _processes.Add(process);
        return process;
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Patience);
        var texts = Task.WhenAll(process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} came to no end within {Patience}\n{LastWords()}");
        }

        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {string.Concat(await texts)}\n{LastWords()}");
    }

    private string LastWords() => string.Join('\n', Directory.GetFiles(Path.Combine(_folder, "log")).SelectMany(file => File.ReadLines(file).TakeLast(5)));

    private string Configuration(string id, int monitor)
    {
        // below the ports that the kernel gives to others
        var low = 20000 + Random.Shared.Next(8000);
        return $"""
            [global]
            fsid = {id}
            mon host = [v2:127.0.0.1:{monitor}/0]
            mon initial members = a
            public addr = 127.0.0.1
            cluster addr = 127.0.0.1
            ms bind msgr1 = false
            ms bind msgr2 = true
            ms bind port min = {low}
            ms bind port max = {low + 200}
            auth cluster required = none
            auth service required = none
            auth client required = none
            ms mon client mode = crc
            run dir = {_folder}/run
            admin socket = {_folder}/run/$name.asok
            pid file =
            log file = {_folder}/log/$name.log
            crash dir = {_folder}/crash
            keyring = {_folder}/keyring
            osd pool default size = 1
            osd pool default min size = 1
            osd pool default pg num = 4
            osd pool default pgp num = 4
            osd pool default pg autoscale mode = off
            osd crush chooseleaf type = 0
            mon allow pool size one = true
            mon warn on pool no redundancy = false
            mon max pg per osd = 2000

            [mon]
            mon data = {_folder}/mon
            mon cluster log file = {_folder}/log/cluster.log
            mon data avail crit = 1
            mon data avail warn = 2
            paxos propose interval = 0.05
            mon mgr mkfs grace = 100000000

            [osd]
            osd data = {_folder}/osd
            osd objectstore = memstore
            memstore device bytes = {4L << 30}
            osd class load list = *
            osd class default list = *
            osd check max object name len on startup = false
            osd scrub load threshold = 0

            [client]
            rgw frontends = beast endpoint=127.0.0.1:{_port} tcp_nodelay=1
            rgw data = {_folder}/rgw
            rgw thread pool size = 64
            rgw run sync thread = false
            rgw dynamic resharding = false
            rgw override bucket index max shards = 1
            rgw gc obj min wait = 10
            rgw gc processor period = 10

            """;
    }
}
