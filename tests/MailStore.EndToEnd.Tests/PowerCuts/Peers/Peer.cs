using System.Diagnostics;
using System.Net.Sockets;
using System.Net;
using System.Text;
using MailStore.EndToEnd.Tests.Mtas;
using MailStore.Tests;
using MailStore.Tests.Servers;

namespace MailStore.EndToEnd.Tests.PowerCuts.Peers;

/// <summary>Another delivery agent, as Debian packages it, which delivers into Maildirs on a <see cref="CutDisk"/>; all else of it is outside.</summary>
internal abstract class Peer : IAsyncDisposable
{
    private const int UserCount = 20;

    /// <summary>Who owns the mail: a number, since a machine may have a user vmail of its own.</summary>
    protected const int Owner = 2006;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly MtaPackages _packages;
    private readonly StringBuilder _output = new();
    private Process? _process;

    protected Peer(CutDisk disk, MtaPackages packages)
    {
        (Disk, _packages) = (disk, packages);
        Shared = $"/tmp/mailstore-peer-{Guid.NewGuid().ToString("n")[..8]}";
        Directory.CreateDirectory(Shared);
        File.SetUnixFileMode(Shared, (UnixFileMode)0x1ED); // 0755
    }

    public static IReadOnlyList<string> Users { get; } = [.. Enumerable.Range(1, UserCount).Select(number => $"user{number}@example.org")];

    protected CutDisk Disk { get; }

    /// <summary>Its configuration, queue and log.</summary>
    protected string Shared { get; }

    protected int Port { get; } = FreePort.Take();

    protected string Store => Path.Combine(Disk.Directory, "mail");

    /// <summary>Debian's.</summary>
    protected abstract string Package { get; }

    /// <summary>Where it logs; null where that is its output.</summary>
    protected virtual string? Log => null;

    /// <summary>What runs until it is killed.</summary>
    protected abstract string Command { get; }

    public static Peer Create(string name, CutDisk disk, MtaPackages packages) => name switch
    {
        "Dovecot LMTP" => new DovecotPeer(disk, packages),
        "Postfix virtual" => new PostfixPeer(disk, packages),
        "maildrop" => new MaildropPeer(disk, packages),
        _ => throw new ArgumentException(name),
    };

    public string MaildirOf(string user) => Disk.View($"{Store}/{user}/Maildir");

    /// <summary>Starts it over whatever is on the disk.</summary>
    public async Task StartAsync(Ledger ledger)
    {
        Configure(ledger);
        var mail = $"mkdir -p {Store} && for user in {string.Join(' ', Users)}; do mkdir -p {Store}/$user/Maildir/cur {Store}/$user/Maildir/new {Store}/$user/Maildir/tmp; done && chown -R {Owner}:{Owner} {Store} && sync -f {Store}";
        var root = await _packages.PrepareAsync(Package);
        string[] command = [.. Disk.Inside, Path.Combine(RepositoryRoot.Path, "tests", "mta"), "run", root, Shared, "sh", "-c", $"{mail} && {Command}"];
        var info = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = "/", RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        info.Environment["MTA_BIND"] = $"{Disk.Directory}:{Disk.Directory}";
        _process = Process.Start(info)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _process.StandardInput.Close();
        for (var until = DateTime.UtcNow + Patience; !await IsUpAsync(); await Task.Delay(50))
            Assert.True(!_process.HasExited && DateTime.UtcNow < until, $"{Package} does not start: {Tail}");
    }

    /// <summary>Brings mails until the end.</summary>
    public abstract Task LoadAsync(Ledger ledger, int seed, CancellationToken end);

    /// <summary>What it says, for messages.</summary>
    public string Tail
    {
        get
        {
            lock (_output)
                return string.Concat(_output, Log is { } log && File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(20)) : "");
        }
    }

    /// <summary>Notes what it has said to be delivered so far.</summary>
    public virtual void NoteAcknowledged(Ledger ledger)
    {
    }

    /// <summary>SIGKILL to all that it has started.</summary>
    public async Task KillAsync()
    {
        if (_process is null)
            return;
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(Shared, recursive: true);
    }

    protected abstract void Configure(Ledger ledger);

    protected virtual async Task<bool> IsUpAsync()
    {
        try
        {
            await using var client = await LmtpClient.ConnectRawAsync(new IPEndPoint(IPAddress.Loopback, Port));
            return (await client.ReadReplyAsync()).Code == 220;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }

    protected void Write(string file, string content)
    {
        var path = Path.Combine(Shared, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    private void Keep(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }
}
