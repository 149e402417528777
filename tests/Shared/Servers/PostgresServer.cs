using System.Diagnostics;
using System.Globalization;

namespace MailStore.Tests.Servers;

/// <summary>
/// A PostgreSQL server of the tests' own, with data in a temporary folder (in memory where the machine has /dev/shm), on a loopback port and a Unix socket. It can
/// be stopped, killed and started again over the same data.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    public const string User = "postgres";

    /// <summary>The one role, to be made by who needs it, that must log in by a password; all others are trusted.</summary>
    public const string UserWithPassword = "keeper";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // the server refuses to run as root
    private static readonly string[] AsNobody = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"] : [];

    private readonly string _folder;
    private readonly IReadOnlyList<string> _settings;
    private readonly PostgresDisk? _disk;
    private int _process;
    private bool _endedWithoutAWord;

    private PostgresServer(string folder, IReadOnlyList<string> settings, PostgresDisk? disk = null)
    {
        _folder = folder;
        _settings = settings;
        _disk = disk;
        Port = FreePort.Take();
        AppDomain.CurrentDomain.ProcessExit += StopAtExit;
    }

    /// <summary>The folder of the server's programs, of the newest version; null where it is not installed.</summary>
    public static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))
            .Where(bin => File.Exists(Path.Combine(bin, "initdb"))).OrderByDescending(bin => bin, StringComparer.Ordinal).FirstOrDefault()
        : null;

    public int Port { get; }

    public bool IsRunning { get; private set; }

    /// <summary>The directory of the Unix socket.</summary>
    public string Sockets => _folder;

    public string Connection(string database = "postgres") =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username={User};Database={database}");

    /// <summary>Makes a server and starts it.</summary>
    /// <param name="settings">More settings, as <c>fsync=off</c>.</param>
    public static Task<PostgresServer> StartNewAsync(params string[] settings) => StartNewAsync(null, onDisk: false, settings);

    /// <summary>As above, with its data on the disk, for measurements.</summary>
    public static Task<PostgresServer> StartNewOnDiskAsync() => StartNewAsync(null, onDisk: true, []);

    /// <summary>As above, with its data on a file system of the test's.</summary>
    public static Task<PostgresServer> StartNewAsync(PostgresDisk disk) => StartNewAsync(disk, onDisk: false, []);

    private static async Task<PostgresServer> StartNewAsync(PostgresDisk? disk, bool onDisk, string[] settings)
    {
        var server = new PostgresServer(await MakeFolderAsync(onDisk), settings, disk);
        try
        {
            if (disk is not null)
                await RunAsync([.. disk.Inside, "install", "-d", .. AsNobody.Length > 0 ? (string[])["-o", "nobody", "-g", "nogroup"] : [], disk.Folder]);
            await server.RunOwnAsync("initdb", "-D", server.Data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
            var access = server.View("pg_hba.conf");
            await File.WriteAllTextAsync(access, $"host all {UserWithPassword} 127.0.0.1/32 scram-sha-256\n" + await File.ReadAllTextAsync(access));
            // what the server finds is durable; what it writes is its own to sync
            if (disk is not null)
                await RunAsync("sync", "-f", server.View(""));
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a standby of this server that has all that is committed here before the commit returns, and starts it.</summary>
    public async Task<PostgresServer> StartStandbyAsync()
    {
        var standby = new PostgresServer(await MakeFolderAsync(), _settings);
        try
        {
            await standby.RunOwnAsync("pg_basebackup", "-h", _folder, "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", User, "-D", standby.Data, "-R", "-X", "stream", "-c", "fast", "--no-sync");
            await standby.StartAsync();
            await PsqlAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
            await PsqlAsync("SELECT pg_reload_conf()");
            return standby;
        }
        catch
        {
            await standby.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a standby the primary, which waits for no other one.</summary>
    public async Task PromoteAsync()
    {
        await RunOwnAsync("pg_ctl", "promote", "-w", "-D", Data);
        await PsqlAsync("ALTER SYSTEM SET synchronous_standby_names = ''");
        await PsqlAsync("SELECT pg_reload_conf()");
    }

    public async Task StartAsync()
    {
        string[] settings = ["listen_addresses=127.0.0.1", $"unix_socket_directories={_folder}", $"port={Port}", "max_connections=300", "shared_buffers=64MB", .. _settings];
        var options = string.Join(' ', settings.Select(setting => $"-c {setting}"));
        // after a power cut no process has the number that they name; here one may, for a while
        if (_endedWithoutAWord)
        {
            File.Delete(View("postmaster.pid"));
            foreach (var file in Directory.GetFiles(_folder, ".s.PGSQL.*"))
                File.Delete(file);
        }

        try
        {
            await RunOwnAsync("pg_ctl", "start", "-w", "-t", "60", "-D", Data, "-l", Path.Combine(_folder, "log"), "-o", options);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException($"{e.Message}\n{string.Join('\n', File.ReadLines(Path.Combine(_folder, "log")).TakeLast(10))}", e);
        }

        _process = int.Parse(File.ReadLines(View("postmaster.pid")).First(), CultureInfo.InvariantCulture);
        (IsRunning, _endedWithoutAWord) = (true, false);
    }

    /// <summary>Ends it in order; its clients are thrown out.</summary>
    public Task StopAsync() => EndAsync("fast");

    /// <summary>Ends it at once, as a crash: it recovers at its next start.</summary>
    public Task KillAsync() => EndAsync("immediate");

    /// <summary>Ends all its processes as a power cut does, without a word; they are gone when this returns.</summary>
    public async Task EndWithoutAWordAsync()
    {
        (IsRunning, _endedWithoutAWord) = (false, true);
        // noted at the start: the disk may be gone
        List<int> processes = [_process, .. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).Where(process => ParentOf(process) == _process)];
        foreach (var process in processes)
            await RunAsync("sh", "-c", $"kill -9 {process} 2>/dev/null; true");
        for (var until = DateTime.UtcNow + Patience; processes.Any(process => ParentOf(process) is not null); await Task.Delay(10))
        {
            if (DateTime.UtcNow > until)
                throw new TimeoutException($"processes of PostgreSQL live on after SIGKILL: {string.Join(' ', processes)}");
        }
    }

    /// <summary>Runs psql, and gives what it prints: rows without decoration.</summary>
    public Task<string> PsqlAsync(string statement, string database = "postgres") => RunOwnAsync(
        "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", _folder, "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", User, "-d", database, "-c", statement);

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= StopAtExit;
        if (IsRunning)
            await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string Data => _disk?.Folder ?? Path.Combine(_folder, "data");

    private string View(string file) => Path.Combine(_disk?.View ?? Data, file);

    private static async Task<string> MakeFolderAsync(bool onDisk = false)
    {
        var memory = !onDisk && Directory.Exists("/dev/shm") && new DriveInfo("/dev/shm").AvailableFreeSpace > 1L << 30;
        var folder = Path.Combine(memory ? "/dev/shm" : Path.GetTempPath(), $"mailstore-pg-{Guid.NewGuid():n}");
        Directory.CreateDirectory(folder);
        if (AsNobody.Length > 0)
            await RunAsync("chown", "nobody:nogroup", folder);
        return folder;
    }

    private async Task EndAsync(string mode)
    {
        await RunOwnAsync("pg_ctl", "stop", "-w", "-t", "60", "-m", mode, "-D", Data);
        IsRunning = false;
    }

    private void StopAtExit(object? sender, EventArgs e)
    {
        if (IsRunning)
            DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(10));
    }

    /// <summary>Null where there is no such process, or nothing is left of it but its exit code.</summary>
    private static int? ParentOf(int process)
    {
        try
        {
            // pid (name) state parent
            var fields = File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ');
            return fields[0] == "Z" ? null : int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static Task<string> RunAsync(string program, params string[] arguments) => RunAsync([program, .. arguments]);

    private Task<string> RunOwnAsync(string program, params string[] arguments) =>
        RunAsync([.. _disk?.Inside ?? [], .. AsNobody, Path.Combine(Programs!, program), .. arguments]);

    private static async Task<string> RunAsync(string[] command)
    {
        // the server inherits the outputs of pg_ctl: what is read to its end would be read for as long as the server runs
        var log = Path.GetTempFileName();
        string[] shell = ["-c", "log=$1; shift; exec \"$@\" > \"$log\" 2>&1 < /dev/null", "sh", log, .. command];
        try
        {
            var info = new ProcessStartInfo("sh", shell) { WorkingDirectory = "/" };
            using var process = Process.Start(info)!;
            using var patience = new CancellationTokenSource(Patience);
            await process.WaitForExitAsync(patience.Token);
            var output = await File.ReadAllTextAsync(log, patience.Token);
            return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}: {output}");
        }
        finally
        {
            File.Delete(log);
        }
    }
}
