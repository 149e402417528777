namespace MailStore.Sdk;

/// <summary>The thread on which a module is called.</summary>
public static class ModuleThread
{
    [ThreadStatic]
    private static bool _mayBlock;

    /// <summary>
    /// Whether who runs on this thread may block it: the host keeps some threads for calls of <see cref="IMailbox.DeliverAsync"/> that make blocking system calls, as those of a
    /// file system. A module that finds it true stores the mail there and then, and returns a completed task: two changes of thread less for each mail than by a thread of its
    /// own. Where it is false (the thread is the pool's, or all that the host keeps are busy), blocking calls belong on threads of the module's own, as ever.
    /// </summary>
    /// <remarks>Look at it once, where the call comes in: what follows an <c>await</c> may run elsewhere. Set by the host, for threads that it made, as long as it keeps them.</remarks>
    public static bool MayBlock
    {
        get => _mayBlock;
        set => _mayBlock = value;
    }
}
