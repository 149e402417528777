using System.ComponentModel;
using System.Runtime.InteropServices;

namespace MailStore.Host.Modules;

/// <summary>
/// A semaphore of the C library (sem_overview(7)), for one thread that waits: a system call to sleep and one to wake, where the runtime's own primitives take half a
/// dozen, and none of their spinning, which takes the processor from those who work.
/// </summary>
internal sealed unsafe partial class ThreadSemaphore
{
    // sem_t has 16 to 32 bytes, by architecture and library
    private const int Size = 64;
    private const int Interrupted = 4;

    private readonly void* _semaphore;

    public ThreadSemaphore()
    {
        _semaphore = NativeMemory.AllocZeroed(Size);
        ThrowIfFailed(Initialise(_semaphore, 0, 0));
    }

    ~ThreadSemaphore() => NativeMemory.Free(_semaphore);

    /// <summary>Waits for a call of <see cref="Post"/>, this one's or an earlier one's that nobody waited for.</summary>
    public void Wait()
    {
        while (Wait(_semaphore) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
                ThrowIfFailed(-1);
        }

        GC.KeepAlive(this);
    }

    public void Post()
    {
        ThrowIfFailed(Post(_semaphore));
        GC.KeepAlive(this);
    }

    private static void ThrowIfFailed(int result)
    {
        if (result < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "sem_init", SetLastError = true)]
    private static partial int Initialise(void* semaphore, int shared, uint value);

    [LibraryImport("libc", EntryPoint = "sem_wait", SetLastError = true)]
    private static partial int Wait(void* semaphore);

    [LibraryImport("libc", EntryPoint = "sem_post", SetLastError = true)]
    private static partial int Post(void* semaphore);
}
