using MailStore.Host.Admin;

namespace MailStore.Host.Commands;

/// <summary>A new folder, mode 0700, removed with all that is in it.</summary>
internal sealed class ScratchPlace : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private ScratchPlace(string path) => Path = path;

    public string Path { get; }

    /// <param name="parent">An existing folder; null for the system's temporary one.</param>
    /// <exception cref="AdminException">It cannot be made there.</exception>
    public static ScratchPlace In(string? parent)
    {
        var path = System.IO.Path.Combine(parent ?? System.IO.Path.GetTempPath(), $"mailstore-verify-{Guid.NewGuid():n}");
        try
        {
            // a parent that is missing is a mistake rather than a folder to make
            if (parent is not null && !Directory.Exists(parent))
                throw new DirectoryNotFoundException($"there is no folder {parent}");
            return new ScratchPlace(Directory.CreateDirectory(path, OwnerOnly).FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AdminException(ExitCode.CantCreate, $"no scratch place can be made: {e.Message.TrimEnd('.')}; name another folder by --scratch");
        }
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"mailstore: the scratch place {Path} could not be removed: {e.Message}");
        }
    }
}
