using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Modules;

/// <summary>
/// The private folder of one run: <c>DATA_DIR/run/PID-RANDOM/</c>, mode 0700. It is this run's for as long as this process holds the lock of the file <c>lock</c>
/// in it; folders whose lock nobody holds were left by runs that were killed, and are removed when the next one begins.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string LockName = "lock";

    private readonly FileLock? _lock;

    private RunFolder(string path, FileLock? fileLock)
    {
        Path = path;
        _lock = fileLock;
    }

    public string Path { get; }

    /// <summary>Sweeps the leftovers of killed runs, and makes the folder of this one.</summary>
    /// <exception cref="IOException">The data directory cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The data directory cannot be written.</exception>
    public static RunFolder Create(string dataDirectory, ILogger logger)
    {
        Directory.CreateDirectory(dataDirectory, OwnerOnly);
        var runs = System.IO.Path.Combine(dataDirectory, "run");
        Directory.CreateDirectory(runs, OwnerOnly);

        // held while folders come or are swept: a new one, not locked yet, must not look like a leftover
        using var gate = TakeGate(System.IO.Path.Combine(runs, ".lock"));
        foreach (var folder in Directory.GetDirectories(runs))
            SweepIfDead(folder, logger);

        var name = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(12, lowercase: true)}");
        var path = System.IO.Path.Combine(runs, name);
        Directory.CreateDirectory(path, OwnerOnly);
        var held = FileLock.TryTake(System.IO.Path.Combine(path, LockName))
            ?? throw new IOException($"{path} is locked by another process although it was just made");
        return new RunFolder(path, held);
    }

    /// <summary>A folder for a short look at plugins that must leave the data directory alone.</summary>
    public static RunFolder CreateTemporary() => new(Directory.CreateTempSubdirectory("mailstore-").FullName, null);

    /// <summary>A new folder in this one.</summary>
    public string CreateFolder(string name)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(path, OwnerOnly);
        return path;
    }

    /// <summary>Removes it. What has been loaded from it stays mapped until the process ends.</summary>
    public void Dispose()
    {
        try
        {
            // the lock is let go of last: until then no other run may take this for a leftover
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // the next run sweeps what is left
        }

        _lock?.Dispose();
    }

    private static FileLock TakeGate(string path)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (FileLock.TryTake(path) is { } gate)
                return gate;
            if (attempt == 200)
                throw new IOException($"{path} has been locked by another process for ten seconds");
            Thread.Sleep(50);
        }
    }

    private static void SweepIfDead(string folder, ILogger logger)
    {
        try
        {
            using var dead = FileLock.TryTake(System.IO.Path.Combine(folder, LockName));
            if (dead is null)
                return;
            Directory.Delete(folder, recursive: true);
            logger.LeftoverRemoved(folder);
        }
        catch (DirectoryNotFoundException)
        {
            // its run was just ending
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            logger.LeftoverStays(folder, exception.Message);
        }
    }
}
