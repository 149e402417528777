using System.Runtime.InteropServices;

namespace MailStore.Maildir.Interop;

/// <summary>
/// A semaphore of the C library, for one thread that waits: a system call to sleep and one to wake, where the runtime's own primitives take half a dozen, and
/// none of their spinning, which takes the processor from those who work.
/// </summary>
internal sealed unsafe class Semaphore
{
    // sem_t has 16 to 32 bytes, by architecture and library
    private const int Size = 64;

    private readonly void* _semaphore;

    public Semaphore()
    {
        _semaphore = NativeMemory.AllocZeroed(Size);
        if (Native.InitialiseSemaphore(_semaphore, 0, 0) < 0)
            throw new PosixException("make", "a semaphore", Posix.LastError);
    }

    ~Semaphore() => NativeMemory.Free(_semaphore);

    /// <summary>Waits for a call of <see cref="Post"/>, this one's or an earlier one's that nobody waited for.</summary>
    public void Wait()
    {
        while (Native.WaitForSemaphore(_semaphore) < 0)
        {
            if (Posix.LastError is var errno and not Errno.Interrupted)
                throw new PosixException("wait for", "a semaphore", errno);
        }

        GC.KeepAlive(this);
    }

    public void Post()
    {
        if (Native.PostSemaphore(_semaphore) < 0)
            throw new PosixException("post", "a semaphore", Posix.LastError);
        GC.KeepAlive(this);
    }
}
