using System.Security.Cryptography;
using MailStore.Host.Modules;

namespace MailStore.Host.Commands;

/// <summary>A folder for its owner alone that bears its name only once it is complete and durable: a command that ends in the middle leaves nothing.</summary>
internal sealed class NewFolder : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _path;
    private bool _isKept;

    private NewFolder(string path, string part)
    {
        (_path, Part) = (path, part);
        // a large one takes longer to remove than an interrupted command is given
        AppDomain.CurrentDomain.ProcessExit += Remove;
    }

    /// <summary>Where it is until it is complete.</summary>
    public string Part { get; }

    /// <exception cref="IOException">There is no room for it, or no folder.</exception>
    public static NewFolder Create(string path)
    {
        var part = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{RandomNumberGenerator.GetHexString(12, lowercase: true)}.part");
        Directory.CreateDirectory(part, Private);
        return new NewFolder(path, part);
    }

    /// <summary>Gives it its name; durable with all that is in it when this returns.</summary>
    /// <exception cref="IOException">The disk is full or faulty, or there is something of that name.</exception>
    public void Keep()
    {
        SystemCalls.SyncFileSystem(Part);
        Directory.Move(Part, _path);
        _isKept = true;
        SystemCalls.SyncFolder(Path.GetDirectoryName(_path)!);
    }

    public void Dispose()
    {
        Remove(null, EventArgs.Empty);
        AppDomain.CurrentDomain.ProcessExit -= Remove;
    }

    private void Remove(object? sender, EventArgs e)
    {
        try
        {
            if (!_isKept && Directory.Exists(Part))
                Directory.Delete(Part, recursive: true);
        }
        catch (IOException)
        {
            // both ways to the end remove it; whatever is left has a name that says so
        }
    }
}
