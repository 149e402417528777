using System.Security.Cryptography;
using MailStore.Host.Modules;

namespace MailStore.Host.Commands;

/// <summary>A file for its owner alone that bears its name only once it is complete and durable: a command that ends in the middle leaves what was there.</summary>
internal sealed class NewFile : IDisposable
{
    private readonly string _path;
    private readonly string _part;
    private bool _isKept;

    private NewFile(string path, string part, FileStream stream) => (_path, _part, Stream) = (path, part, stream);

    public FileStream Stream { get; }

    /// <exception cref="IOException">There is no room for it, or no folder.</exception>
    public static NewFile Create(string path)
    {
        var part = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{RandomNumberGenerator.GetHexString(12, lowercase: true)}.part");
        return new NewFile(path, part, new FileStream(part, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }));
    }

    /// <summary>Gives it its name; durable when this returns.</summary>
    /// <param name="overwrite">Whether it takes the place of another one.</param>
    /// <exception cref="IOException">The disk is full or faulty, or there is another one.</exception>
    public void Keep(bool overwrite)
    {
        Stream.Flush();
        SystemCalls.Sync(Stream.SafeFileHandle, _part);
        Stream.Dispose();
        File.Move(_part, _path, overwrite);
        _isKept = true;
        SystemCalls.SyncFolder(Path.GetDirectoryName(_path)!);
    }

    public void Dispose()
    {
        Stream.Dispose();
        if (!_isKept)
            File.Delete(_part);
    }
}
