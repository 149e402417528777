using System.Diagnostics;
using System.Globalization;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Packaging;

/// <summary>A minimal Debian, in namespaces of its own. Commands run in it as root, without network.</summary>
internal sealed class DebianRoot : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static string Script { get; } = Path.Combine(RepositoryRoot.Path, "tests", "MailStore.EndToEnd.Tests", "Packaging", "debian.sh");

    private readonly string _directory = Directory.CreateTempSubdirectory("mailstore-debian-").FullName; // 0700, where its root is open to all
    private Process? _first;
    private string? _firstId;

    /// <summary>What this machine lacks for it; null if nothing.</summary>
    public static string? Lack()
    {
        if (Environment.UserName != "root")
            return "only root may install a package in a folder";
        foreach (var tool in new[] { "debootstrap", "unshare", "nsenter", "ip", "findmnt" })
        {
            if (Tools.Find(tool) is null)
                return $"'{tool}' is not installed; tests/run installs it";
        }

        return File.ReadLines("/proc/mounts").Select(line => line.Split(' ')).Any(mount => mount[2] == "cgroup2" && mount[3].Split(',').Contains("rw"))
            ? null
            : "there is no cgroup2 that can be written, as in a container without privileges";
    }

    /// <summary>What is unpacked for each: kept, since it takes half a minute and the network.</summary>
    public static async Task<string> BaseAsync()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "cache", "debian.tar.gz");
        await Tools.RunAsync(Script, ["base", file]);
        return file;
    }

    public static async Task<DebianRoot> UnpackAsync(string archive)
    {
        var root = new DebianRoot();
        await Tools.RunAsync(Script, ["unpack", archive, root.PathOf("")]);
        return root;
    }

    public string PathOf(string path) => _directory + "/root" + path;

    /// <summary>Starts its first process, with which all others end.</summary>
    public async Task StartAsync(params string[] command)
    {
        _first = Process.Start(Info(Script, ["start", PathOf(""), .. command]))!;
        _first.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        if (await _first.StandardOutput.ReadLineAsync(patience.Token) != "ready")
            Assert.Fail($"the system did not start: {await _first.StandardError.ReadToEndAsync(patience.Token)}");
        _firstId = (await File.ReadAllTextAsync($"/proc/{_first.Id}/task/{_first.Id}/children", patience.Token)).Trim();
    }

    /// <summary>Ends all of its processes; its files stay.</summary>
    public async Task StopAsync()
    {
        if (_first is not { } first)
            return;
        var group = GroupOf(first.Id);
        first.Kill(entireProcessTree: true);
        await first.WaitForExitAsync();
        first.Dispose();
        _first = null;
        if (group is not null)
            await RemoveGroupAsync(group);
    }

    public Task<CommandResult> RunAsync(params string[] command) => RunAsync("", command);

    public async Task<CommandResult> RunAsync(string input, string[] command)
    {
        using var process = Process.Start(StartInfo(command))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // it reads nothing
        }

        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        return new CommandResult(process.ExitCode, await output, await errors);
    }

    /// <summary>A command of the shell that must succeed; what it printed.</summary>
    public async Task<string> ShellAsync(string script)
    {
        var result = await RunAsync("sh", "-ec", script);
        // systemctl says no more than that it failed
        Assert.True(result.ExitCode == 0, $"'{script}' ended with {result.ExitCode}: {result.Errors}{result.Output}{(await RunAsync("sh", "-c", "journalctl --no-pager -n 30 2>&1")).Output}");
        return (result.Output + result.Errors).TrimEnd();
    }

    public ProcessStartInfo StartInfo(params string[] command)
    {
        var info = Info("nsenter", ["-t", _firstId!, "-m", "-p", "-i", "-u", "-n", "-C", "-r", "-w", "env", "-i",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", "NO_COLOR=1", .. command]);
        return info;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }

    public static async Task UntilAsync(Func<Task<bool>> isSo, string otherwise)
    {
        var until = DateTime.UtcNow + Patience;
        while (!await isSo())
        {
            Assert.True(DateTime.UtcNow < until, otherwise);
            await Task.Delay(100);
        }
    }

    private static ProcessStartInfo Info(string program, IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        return info;
    }

    /// <summary>Where the control group lies that debian.sh made: its name ends in the process's id, which it kept.</summary>
    private static string? GroupOf(int process)
    {
        var mount = File.ReadLines("/proc/mounts").Select(line => line.Split(' ')).FirstOrDefault(fields => fields[2] == "cgroup2")?[1];
        return mount is null ? null : Path.Combine(mount, string.Create(CultureInfo.InvariantCulture, $"mailstore-test-{process}"));
    }

    /// <summary>A control group goes once its processes are gone, the innermost first. One that stays harms nobody.</summary>
    private static async Task RemoveGroupAsync(string group)
    {
        for (var i = 0; i < 50 && Directory.Exists(group); i++)
        {
            foreach (var inner in Directory.GetDirectories(group, "*", SearchOption.AllDirectories).OrderByDescending(path => path.Length).Append(group))
            {
                try
                {
                    Directory.Delete(inner);
                }
                catch (IOException)
                {
                    // not yet
                }
            }

            await Task.Delay(100);
        }
    }
}
