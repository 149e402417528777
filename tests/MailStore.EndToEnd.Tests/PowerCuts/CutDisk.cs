using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>
/// A file system of its own, ext4 or xfs with default options on a loop device, whose power can be cut: all that was not synced is gone then. This cuts off
/// the file system; what the drive was given it keeps. Needs root.
/// </summary>
/// <remarks>
/// It is mounted in a mount namespace of its own: one that another test made meanwhile would hold a copy of the mount, and what is mounted is not gone. Processes get
/// there by <see cref="Inside"/>, the test by <see cref="View"/>. When the test is killed, the namespace goes, and with it mount, device and image.
/// </remarks>
internal sealed partial class CutDisk : IAsyncDisposable
{
    private const long Size = 1L << 30;

    // FS_IOC_SHUTDOWN of <linux/fs.h>; ext4 and xfs know it by names of their own
    private const nuint Shutdown = 0x8004587D;
    private const uint WithoutLogFlush = 2;
    private const int SharedFolders = 0x200; // CLONE_FS
    private const int MountNamespace = 0x20000; // CLONE_NEWNS
    private const int ReadOnly = 0, OnlyDirectory = 0x10000, CloseOnExec = 0x80000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _holder;
    private readonly string _device;
    private SafeFileHandle? _root;

    private CutDisk(string kind, string directory, Process holder, string device) =>
        (Kind, Directory, _holder, _device) = (kind, directory, holder, device);

    /// <summary>ext4 or xfs.</summary>
    public string Kind { get; }

    /// <summary>Where it is mounted, for processes that run inside.</summary>
    public string Directory { get; }

    /// <summary>What goes before a command that is to see it.</summary>
    public string[] Inside => ["nsenter", "--target", _holder.Id.ToString(CultureInfo.InvariantCulture), "--mount", "--"];

    /// <summary>Makes the device, and the file system on it.</summary>
    /// <param name="kind">ext4 or xfs.</param>
    public static async Task<CutDisk> MakeAsync(string kind)
    {
        // a folder that servers that do not run as root get through to
        var directory = Path.Combine(Path.GetTempPath(), $"mailstore-disk-{Guid.NewGuid():n}");
        System.IO.Directory.CreateDirectory(directory);
        // in memory where there is room: what is lost does not depend on it
        var memory = System.IO.Directory.Exists("/dev/shm") && new DriveInfo("/dev/shm").AvailableFreeSpace > 2 * Size;
        var image = Path.Combine(memory ? "/dev/shm" : Path.GetTempPath(), $"mailstore-cut-{Guid.NewGuid():n}");
        await using (var file = File.Create(image))
            file.SetLength(Size);
        const string script = """
            trap '' INT TERM HUP
            device=$(losetup --find --show "$1"); rm "$1"; echo "$device"; read -r _
            umount -l "$2" 2>/dev/null; losetup -d "$device"
            """;
        var info = new ProcessStartInfo("unshare", ["--mount", "--propagation", "private", "sh", "-c", script, "sh", image, directory])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var holder = Process.Start(info)!;
        var device = await holder.StandardOutput.ReadLineAsync();
        Assert.False(string.IsNullOrEmpty(device), "there is no loop device to be had");
        var disk = new CutDisk(kind, directory, holder, device);
        await disk.FormatAsync();
        return disk;
    }

    /// <summary>Where the test finds a file that bears this name inside.</summary>
    public string View(string path) => string.Create(CultureInfo.InvariantCulture, $"/proc/{_holder.Id}/root{path}");

    /// <summary>Begins with an empty file system.</summary>
    public async Task FormatAsync()
    {
        if (_root is not null)
            await UnmountAsync();
        await RunAsync($"mkfs.{Kind}", "-q", Kind == "xfs" ? "-f" : "-F", _device);
        await MountAsync();
    }

    /// <summary>The power goes, now: what was not synced will not be there when it is back. The processes live on, on a disk that fails them.</summary>
    public void Cut()
    {
        var flag = WithoutLogFlush;
        Assert.True(IoControl(_root!, Shutdown, ref flag) == 0, $"the file system cannot be shut down: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>The power is back: mounts it anew. No process may have a file of it open by now, or soon.</summary>
    public async Task RestoreAsync()
    {
        await UnmountAsync();
        await MountAsync();
    }

    /// <summary>Mounts it no more, so that tools of the file system can work on <see cref="Inside"/>'s device.</summary>
    public async Task EditAsync(Func<string, Task> edit)
    {
        await UnmountAsync();
        await edit(_device);
        await MountAsync();
    }

    /// <summary>Runs code of this process on a thread that sees the file system where it is.</summary>
    public void RunInside(Action action)
    {
        Exception? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var space = File.OpenHandle($"/proc/{_holder.Id}/ns/mnt");
                // what a thread shares with the others keeps it where they are
                Assert.True(Unshare(SharedFolders) == 0 && EnterNamespace(space, MountNamespace) == 0, Marshal.GetLastPInvokeErrorMessage());
                action();
            }
            catch (Exception e)
            {
                fault = e;
            }
        });
        thread.Start();
        thread.Join();
        if (fault is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
    }

    public async ValueTask DisposeAsync()
    {
        _root?.Dispose();
        _holder.StandardInput.Close();
        await _holder.WaitForExitAsync();
        _holder.Dispose();
        System.IO.Directory.Delete(Directory);
    }

    /// <summary>Where a namespace of others has a copy of the mount, the file system is still the one whose power was cut: until that is gone.</summary>
    private async Task MountAsync()
    {
        await UntilAsync(async () =>
        {
            await RunAsync("mount", "-t", Kind, _device, Directory);
            if (CanWrite())
                return true;
            await RunAsync("umount", Directory);
            return false;
        });
        _root = new SafeFileHandle(Open(View(Directory), ReadOnly | OnlyDirectory | CloseOnExec), ownsHandle: true);
        Assert.False(_root.IsInvalid, Marshal.GetLastPInvokeErrorMessage());
    }

    /// <summary>Those that were killed take a moment to let go of it.</summary>
    private async Task UnmountAsync()
    {
        _root?.Dispose();
        _root = null;
        await UntilAsync(() => TryRunAsync("umount", Directory));
    }

    private bool CanWrite()
    {
        var probe = View(Path.Combine(Directory, ".probe"));
        try
        {
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task UntilAsync(Func<Task<bool>> done)
    {
        for (var until = DateTime.UtcNow + Patience; !await done(); await Task.Delay(20))
            Assert.True(DateTime.UtcNow < until, $"{Directory} is held for {Patience}");
    }

    private Task<string> RunAsync(params string[] command) => Tools.RunAsync(Inside[0], [.. Inside[1..], .. command]);

    private async Task<bool> TryRunAsync(params string[] command)
    {
        var info = new ProcessStartInfo(Inside[0], [.. Inside[1..], .. command]) { RedirectStandardError = true };
        using var process = Process.Start(info)!;
        _ = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoControl(SafeFileHandle file, nuint request, ref uint argument);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int EnterNamespace(SafeFileHandle space, int kind);
}
