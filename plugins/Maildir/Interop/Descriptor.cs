using Microsoft.Win32.SafeHandles;

namespace MailStore.Maildir.Interop;

/// <summary>An open file or directory, and the path for messages by which it was opened.</summary>
internal sealed class Descriptor : SafeHandleMinusOneIsInvalid
{
    private const int AtCurrentDirectory = -100;

    public Descriptor(int value, string path) : base(ownsHandle: true)
    {
        Path = path;
        SetHandle(value);
    }

    /// <summary>No directory: absolute paths. Use <see cref="None"/>.</summary>
    public Descriptor() : base(ownsHandle: false)
    {
        Path = "";
        SetHandle(AtCurrentDirectory);
    }

    /// <summary>AT_FDCWD: what absolute paths are opened relative to.</summary>
    public static Descriptor None { get; } = new();

    public string Path { get; }

    /// <summary>The path of an entry of this directory, for messages and for further calls by path.</summary>
    public string PathOf(string name) => Path.Length == 0 ? name : $"{Path}/{name}";

    /// <summary>Closes and tells an error of it: file systems such as NFS report a failed write only here.</summary>
    /// <exception cref="PosixException">The close failed; the descriptor is gone all the same.</exception>
    public void CloseChecked()
    {
        var value = Detach();
        // Linux has let go of the descriptor even when it says EINTR: never closed twice
        if (Native.Close(value) < 0 && Posix.LastError is var errno and not Errno.Interrupted)
            throw new PosixException("close", Path, errno);
    }

    /// <summary>Hands the descriptor over to another owner.</summary>
    public int Detach()
    {
        var value = (int)handle;
        SetHandleAsInvalid();
        return value;
    }

    protected override bool ReleaseHandle() => Native.Close((int)handle) == 0;
}
