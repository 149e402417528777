using MailStore.Sdk;

namespace MailStore.Maildir.Interop;

/// <summary>A system call that failed. Never leaves the module: it becomes a result or one of the SDK's exceptions.</summary>
internal sealed class PosixException(string action, string path, Errno errno) : Exception($"cannot {action} {path}: {errno.Describe()}")
{
    public Errno Errno { get; } = errno;

    public string Path { get; } = path;

    /// <summary>For the calls of the contract whose result cannot say it.</summary>
    public TemporaryFailureException ToTemporaryFailure() => new(Message, this) { StorageFull = Errno.IsFull() };
}
