using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary>A file system of a few megabytes of its own (ext4 in a file), for tests that fill it. Needs root.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string directory) => Directory = directory;

    public string Directory { get; }

    private string Filler => Path.Combine(Directory, "filler");

    public static async Task<SmallDisk> MountAsync(string below, int megabytes)
    {
        var image = Path.Combine(below, "disk.img");
        await using (var file = File.Create(image))
            file.SetLength(megabytes * 1024L * 1024);
        await Tools.RunAsync("mkfs.ext4", ["-q", "-F", "-m", "0", image]);
        var disk = new SmallDisk(System.IO.Directory.CreateDirectory(Path.Combine(below, "disk")).FullName);
        await Tools.RunAsync("mount", ["-o", "loop", image, disk.Directory]);
        return disk;
    }

    /// <summary>Takes all the room that there is.</summary>
    public async Task FillAsync()
    {
        await using var file = File.Create(Filler, 1, FileOptions.WriteThrough);
        try
        {
            for (var block = new byte[4096]; ;)
                file.Write(block);
        }
        catch (IOException)
        {
            // full
        }
    }

    /// <summary>Gives back so much of it.</summary>
    public void Leave(long bytes)
    {
        using var file = new FileStream(Filler, FileMode.Open);
        file.SetLength(Math.Max(0, file.Length - bytes));
        file.Flush(flushToDisk: true);
    }

    /// <summary>As soon as nobody has a file open for writing, which the system wants.</summary>
    public async Task RemountReadOnlyAsync()
    {
        for (var until = DateTime.UtcNow.AddMinutes(1); ; await Task.Delay(5))
        {
            try
            {
                await Tools.RunAsync("mount", ["-o", "remount,ro", Directory]);
                return;
            }
            catch (Xunit.Sdk.XunitException) when (DateTime.UtcNow < until)
            {
                // busy
            }
        }
    }

    public Task RemountWritableAsync() => Tools.RunAsync("mount", ["-o", "remount,rw", Directory]);

    public void Empty() => File.Delete(Filler);

    public async ValueTask DisposeAsync() => await Tools.RunAsync("umount", ["-l", Directory]);
}
