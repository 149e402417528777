namespace MailStore.Plugins.Tests.Maildir.Journal;

/// <summary>A file system of its own below the data directory of a test. Needs root.</summary>
internal sealed class LoopDisk : IAsyncDisposable
{
    private readonly string _image;
    private readonly string _folder;

    private LoopDisk(string image, string folder) => (_image, _folder) = (image, folder);

    private string Filler => Path.Combine(_folder, "filler");

    /// <param name="megabytes">Its size.</param>
    /// <param name="make">The program that makes it, and its options.</param>
    public static async Task<LoopDisk> MountAsync(MaildirWorld world, int megabytes, params string[] make)
    {
        var disk = new LoopDisk(Path.Combine(world.Base, "image"), world.Data);
        await using (var file = File.Create(disk._image))
            file.SetLength((long)megabytes << 20);
        await Shell.RunAsync(make[0], [.. make[1..], disk._image]);
        await Shell.RunAsync("mount", "-o", "loop", disk._image, disk._folder);
        return disk;
    }

    /// <summary>Leaves no room.</summary>
    public void Fill()
    {
        using var file = File.Create(Filler);
        var piece = new byte[1 << 20];
        for (var size = piece.Length; size >= 512; size /= 2)
        {
            try
            {
                while (true)
                    RandomAccess.Write(file.SafeFileHandle, piece.AsSpan(0, size), RandomAccess.GetLength(file.SafeFileHandle));
            }
            catch (IOException)
            {
                // with a smaller piece
            }
        }
    }

    public void MakeRoom() => File.Delete(Filler);

    /// <summary>As if it had found an error of its own; ext4 only.</summary>
    public async Task FailAsync()
    {
        var source = (await Shell.RunAsync("findmnt", "-n", "-o", "SOURCE", _folder)).Trim();
        await File.WriteAllTextAsync($"/sys/fs/ext4/{Path.GetFileName(source)}/trigger_fs_error", "1");
    }

    /// <summary>As after a repair.</summary>
    public async Task RemountAsync()
    {
        await Shell.RunAsync("umount", _folder);
        await Shell.RunAsync("mount", "-o", "loop", _image, _folder);
    }

    // also while agents of a test that failed have files open: what it failed of is to be seen
    public async ValueTask DisposeAsync() => await Shell.RunAsync("umount", "--lazy", _folder);
}
