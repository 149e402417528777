using System.Text;
using MailStore.Sdk;

namespace MailStore.Probes;

/// <summary>
/// The file of a database: lines that are only ever appended, under an flock that all instances share. What a killed process left of a line is cut off by
/// the next one that writes.
/// </summary>
internal sealed class Journal(string path, Flaw flaw) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, 0);
    private readonly StringBuilder _unwritten = new();
    private long _read;

    /// <summary>The lock of the whole file; two have it never, two instances of one process neither.</summary>
    public static async Task<IDisposable> LockAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return TryLock(path);
            }
            catch (TemporaryFailureException)
            {
                await Task.Delay(1, cancellationToken);
            }
        }
    }

    /// <exception cref="TemporaryFailureException">Another has it.</exception>
    public static IDisposable TryLock(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new TemporaryFailureException($"{path} is in use; stop the other one", e);
        }
    }

    /// <summary>What others have written since.</summary>
    public void Read(State state)
    {
        var length = RandomAccess.GetLength(_file.SafeFileHandle);
        if (length == _read)
            return;
        var bytes = new byte[length - _read];
        bytes = bytes[..RandomAccess.Read(_file.SafeFileHandle, bytes, _read)];
        var whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            state.Apply(Entry.Parse(line));
        _read += whole;
    }

    /// <summary>Appends what was done, durably.</summary>
    public void Write(State state, Entry entry)
    {
        state.Apply(entry);
        _unwritten.Append(entry).Append('\n');
        if (flaw == Flaw.AcknowledgesBeforeItIsDurable)
            return;
        Flush(durable: entry.Do is not ("lock" or "unlock"));
    }

    public void Flush(bool durable)
    {
        var bytes = Encoding.UTF8.GetBytes(_unwritten.ToString());
        RandomAccess.SetLength(_file.SafeFileHandle, _read);
        RandomAccess.Write(_file.SafeFileHandle, bytes, _read);
        _read += bytes.Length;
        _unwritten.Clear();
        if (durable)
            RandomAccess.FlushToDisk(_file.SafeFileHandle);
    }

    public void Dispose() => _file.Dispose();
}
