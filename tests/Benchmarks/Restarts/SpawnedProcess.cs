using System.ComponentModel;
using System.Runtime.InteropServices;

namespace MailStore.Benchmarks.Restarts;

/// <summary>
/// A process that begins with descriptors of ours as its 3, 4, … and writes what it says to a file. <see cref="System.Diagnostics.Process"/> hands over no
/// descriptors, and to open ours to all processes would give them to those of other tests, too.
/// </summary>
internal sealed partial class SpawnedProcess
{
    private const int FirstInherited = 3;
    private const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC
    private const int WriteCreateAppend = 0x1 | 0x40 | 0x400; // O_WRONLY, O_CREAT, O_APPEND
    private const int OwnerReadsAndWrites = 0x180; // 0600
    private const int Interrupted = 4; // EINTR
    private const int SizeOfFileActions = 256; // posix_spawn_file_actions_t is smaller on all architectures

    private SpawnedProcess(int id)
    {
        Id = id;
        Exit = Task.Factory.StartNew(Wait, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public int Id { get; }

    /// <summary>Its exit code, or minus the signal that ended it.</summary>
    public Task<int> Exit { get; }

    /// <param name="arguments">The program first, with its path.</param>
    /// <param name="environment">All of it.</param>
    /// <param name="descriptors">What becomes 3, 4, …; they stay ours as well.</param>
    /// <param name="output">The file that takes its output; appended to.</param>
    public static unsafe SpawnedProcess Start(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, IReadOnlyList<int> descriptors, string output)
    {
        // out of the way of the numbers that they get
        var copies = descriptors.Select(descriptor => Checked(Duplicate(descriptor, DuplicateCloseOnExec, FirstInherited + descriptors.Count), "fcntl")).ToList();
        var actions = NativeMemory.AllocZeroed(SizeOfFileActions);
        try
        {
            Check(InitActions(actions), "posix_spawn_file_actions_init");
            Check(AddOpen(actions, 0, "/dev/null", 0, 0), "posix_spawn_file_actions_addopen");
            Check(AddOpen(actions, 1, output, WriteCreateAppend, OwnerReadsAndWrites), "posix_spawn_file_actions_addopen");
            Check(AddDuplicate(actions, 1, 2), "posix_spawn_file_actions_adddup2");
            for (var i = 0; i < copies.Count; i++)
                Check(AddDuplicate(actions, copies[i], FirstInherited + i), "posix_spawn_file_actions_adddup2");
            Check(Spawn(out var id, arguments[0], actions, null, [.. arguments, null], [.. environment.Select(variable => $"{variable.Key}={variable.Value}"), null]), "posix_spawn");
            return new SpawnedProcess(id);
        }
        finally
        {
            _ = DestroyActions(actions);
            NativeMemory.Free(actions);
            copies.ForEach(copy => _ = Close(copy));
        }
    }

    public void Signal(PosixSignal signal) => Signal(signal switch
    {
        PosixSignal.SIGTERM => 15,
        PosixSignal.SIGHUP => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    });

    public void Kill() => Signal(9);

    private void Signal(int number)
    {
        if (!Exit.IsCompleted)
            _ = SendSignal(Id, number);
    }

    private int Wait()
    {
        int status;
        while (WaitFor(Id, out status, 0) < 0)
        {
            if (Marshal.GetLastPInvokeError() is not Interrupted and var error)
                throw new Win32Exception(error, $"waitpid: {Marshal.GetPInvokeErrorMessage(error)}");
        }

        var signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : -signal;
    }

    private static int Checked(int result, string call) => result >= 0 ? result : throw Failed(Marshal.GetLastPInvokeError(), call);

    private static void Check(int error, string call)
    {
        if (error != 0)
            throw Failed(error, call);
    }

    private static Win32Exception Failed(int error, string call) => new(error, $"{call}: {Marshal.GetPInvokeErrorMessage(error)}");

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Spawn(out int process, string path, void* actions, void* attributes, string?[] arguments, string?[] environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static unsafe partial int InitActions(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static unsafe partial int DestroyActions(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int AddOpen(void* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static unsafe partial int AddDuplicate(void* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Duplicate(int descriptor, int command, int lowest);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitFor(int process, out int status, int options);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
