using System.Globalization;
using MailStore.Benchmarks.Server;

namespace MailStore.Benchmarks.Grounds;

/// <summary>
/// A file system in a file on a loop device with direct I/O, mounted until it is disposed: so that figures can be had from the one that most people have, wherever the
/// benchmark runs.
/// </summary>
internal sealed class Ground : IAsyncDisposable
{
    /// <summary>Shares of blocks and inodes: with less than that the servers begin to refuse mails.</summary>
    private const double LeastFree = 0.03;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly DirectoryInfo _home;
    private readonly GroundOptions _options;
    private string? _device;
    private bool _isMounted;

    private Ground(DirectoryInfo home, GroundOptions options) => (_home, _options) = (home, options);

    public string Folder => Path.Combine(_home.FullName, "mounted");

    private string Image => Path.Combine(_home.FullName, "image");

    /// <summary>What this machine lacks; null if nothing.</summary>
    public static string? LackOf(GroundOptions options)
    {
        if (Environment.UserName != "root")
            return "--ground mounts a file system, which only root may do";
        var missing = new[] { "dd", "losetup", "mount", "umount", "stat", options.MakeCommand[0] }.Where(program => !IsThere(program)).ToList();
        return missing.Count == 0 ? null : $"--ground needs {string.Join(", ", missing)}: on Debian in the packages mount, e2fsprogs (ext4) and xfsprogs (xfs)";
    }

    /// <param name="place">Where the file lies.</param>
    /// <exception cref="InvalidOperationException">It cannot be made; nothing is left of it.</exception>
    public static async Task<Ground> MountAsync(GroundOptions options, string place)
    {
        var home = Directory.CreateDirectory(Path.Combine(place, $"mailstore-ground-{Environment.ProcessId}"));
        var ground = new Ground(home, options);
        try
        {
            await ground.MountAsync();
            return ground;
        }
        catch
        {
            await ground.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="InvalidOperationException">It is full.</exception>
    public async Task ThrowIfFullAsync()
    {
        // free and all blocks, free and all inodes
        var counts = (await Command.RunAsync("stat", "-f", "-c", "%a %b %d %c", Folder)).Split(' ').Select(count => double.Parse(count, CultureInfo.InvariantCulture)).ToList();
        if (counts[0] < LeastFree * counts[1] || counts[2] < LeastFree * counts[3])
        {
            throw new InvalidOperationException(
                $"the {_options.Kind} of {_options.Size} is full ({counts[0] / counts[1]:P0} of its blocks and {counts[2] / counts[3]:P0} of its inodes are free): give it more by --ground-size, or measure less (--runs, --seconds, --warm, --cells)");
        }
    }

    /// <summary>Never throws: what is left is said.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_isMounted)
                await UnmountAsync();
            if (_device is not null)
                await Command.RunAsync("losetup", "--detach", _device);
            _home.Delete(recursive: true);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            await Console.Error.WriteLineAsync($"{_home.FullName}{(_device is null ? "" : $" on {_device}")} is left, and to be removed by hand: {e.Message}");
        }
    }

    private static bool IsThere(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}".Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    private async Task MountAsync()
    {
        // Dovecot works as another user
        File.SetUnixFileMode(_home.FullName, (UnixFileMode)0x1ED);
        // written out in full: a sparse one finds its blocks on the first write, in the middle of what is measured
        await Command.RunAsync("dd", "if=/dev/zero", $"of={Image}", "bs=4M", $"count={_options.Size.Bytes >> 22}", "oflag=direct", "status=none");
        _device = (await Command.RunAsync("losetup", "--find", "--show", "--direct-io=on", Image)).Trim();
        await Command.RunAsync(_options.MakeCommand[0], [.. _options.MakeCommand.Skip(1), _device]);
        Directory.CreateDirectory(Folder);
        await Command.RunAsync("mount", "-o", "noatime", _device, Folder);
        _isMounted = true;
        File.SetUnixFileMode(Folder, (UnixFileMode)0x1ED);
    }

    /// <summary>A server's last process may end a moment after the server.</summary>
    private async Task UnmountAsync()
    {
        for (var watch = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            try
            {
                await Command.RunAsync("umount", Folder);
                return;
            }
            catch (InvalidOperationException) when (watch.Elapsed < Patience)
            {
                // still busy
            }
        }
    }
}
