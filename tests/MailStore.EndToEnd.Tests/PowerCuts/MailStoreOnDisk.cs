using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using MailStore.Host.Admin;
using MailStore.Tests.Servers;

namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>A server whose data directory is on a <see cref="CutDisk"/>, and the database server beside it, if it needs one. Made for one life of the file system.</summary>
internal sealed partial class MailStoreOnDisk : IAsyncDisposable
{
    /// <summary>How modules say that they mended something: LiteDB's journal, the end of an mbox file, Maildirs by their journal.</summary>
    private static readonly string[] Repairs = ["of a process that ended suddenly", "which a crash left behind its last whole mail", "mails of a server that ended suddenly"];

    private readonly CutDisk _disk;
    private readonly TestPlace _place;
    private readonly PostgresServer? _postgres;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly List<string> _repairs = [];
    private ServerProcess? _server;

    private MailStoreOnDisk(CutDisk disk, TestPlace place, PostgresServer? postgres, IReadOnlyDictionary<string, string> environment) =>
        (_disk, _place, _postgres, _environment) = (disk, place, postgres, environment);

    public string DataDirectory => Path.Combine(_disk.Directory, "data");

    public string Log => _server?.Log ?? "";

    public System.Net.EndPoint EndPoint => _server!.EndPoint;

    /// <summary>Of the admin socket, for this process.</summary>
    public string AdminSocket => _disk.View(Path.Combine(DataDirectory, "admin.sock"));

    /// <param name="place">A folder outside of the disk, with the folder <c>disk</c> in it, where the disk is mounted.</param>
    /// <param name="environment">More of it for the server.</param>
    public static async Task<MailStoreOnDisk> MakeAsync(
        CutDisk disk, TestPlace place, ModuleCase module, string creator, IReadOnlyDictionary<string, string>? environment = null)
    {
        var folder = Path.Combine(disk.Directory, "postgres");
        var postgres = module.NeedsPostgres ? await PostgresServer.StartNewAsync(new PostgresDisk(folder, disk.View(folder), disk.Inside)) : null;
        place.Configure(module.Configuration(creator, postgres?.Port ?? 0), MailStoreProgram.ModulesDirectory);
        return new MailStoreOnDisk(disk, place, postgres, environment ?? new Dictionary<string, string>());
    }

    /// <summary>Starts what is not running.</summary>
    public async Task StartAsync()
    {
        if (_postgres is { IsRunning: false })
            await _postgres.StartAsync();
        _server = await ServerProcess.StartAsync(StartInfo());
    }

    /// <summary>Only starts to start.</summary>
    public async Task LaunchAsync()
    {
        if (_postgres is { IsRunning: false })
            await _postgres.StartAsync();
        _server = ServerProcess.Launch(StartInfo());
    }

    /// <summary>SIGKILL, to the mail server alone.</summary>
    public async Task KillAsync()
    {
        if (_server is null)
            return;
        await _server.DisposeAsync();
        _repairs.AddRange(_server.Log.Split('\n').Where(line => Repairs.Any(words => line.Contains(words, StringComparison.Ordinal))));
        _server = null;
    }

    /// <summary>How often a module said that it mended something of this kind. Of servers that are gone.</summary>
    public int LoggedRepairs(string what) => _repairs.Count(line => line.Contains(what, StringComparison.Ordinal));

    /// <summary>How many mails a journal brought back. Of servers that are gone.</summary>
    public int LoggedReplays() => _repairs.SelectMany(line => Replayed().Matches(line)).Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    /// <summary>SIGKILL to all.</summary>
    public async Task KillAllAsync()
    {
        await KillAsync();
        if (_postgres is { IsRunning: true })
            await _postgres.EndWithoutAWordAsync();
    }

    public AdminClient Connect() => new(AdminSocket);

    public async ValueTask DisposeAsync()
    {
        await KillAllAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
    }

    [GeneratedRegex("([0-9]+) (?:torn and written again|missing and stored again)")]
    private static partial Regex Replayed();

    private ProcessStartInfo StartInfo()
    {
        var info = MailStoreProgram.StartInfo(_disk.Inside[0], _place.Directory, [.. _disk.Inside[1..], MailStoreProgram.Path, "serve"]);
        info.Environment["MAILSTORE_CONFIG"] = _place.ConfigurationFile;
        foreach (var (key, value) in _environment)
            info.Environment[key] = value;
        return info;
    }
}
