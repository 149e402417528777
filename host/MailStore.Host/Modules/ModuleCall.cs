namespace MailStore.Host.Modules;

/// <summary>One call of a module on its way, as its <see cref="ModuleBoundary"/> watches it.</summary>
internal abstract class ModuleCall : IThreadPoolWorkItem
{
    private CancellationTokenRegistration _callersCancellation;
    private volatile bool _insideModule;

    protected ModuleCall() => Node = new LinkedListNode<ModuleCall>(this);

    /// <summary>Its place among the boundary's running calls, or among those given up. Guarded by the boundary's lock, as all that can be set here.</summary>
    public LinkedListNode<ModuleCall> Node { get; }

    public CallState State { get; set; }

    public long StartedAt { get; set; }

    public long CancelAt { get; set; }

    public long GiveUpAt { get; set; }

    /// <summary>Its deadline has passed, and the module's token was cancelled for that.</summary>
    public bool TimedOut { get; set; }

    /// <summary>The caller's token was cancelled while it ran, and the module's with it.</summary>
    public bool CallerCancelled { get; set; }

    public abstract string Name { get; }

    public abstract Patience Patience { get; }

    public string? User { get; protected set; }

    public CancellationToken CallerToken { get; protected set; }

    /// <summary>Whether the module still holds the pool's thread that it was called on: it has not even returned its task.</summary>
    public bool InsideModule
    {
        get => _insideModule;
        protected set => _insideModule = value;
    }

    protected ModuleBoundary Boundary { get; set; } = null!;

    /// <summary>
    /// What the module's token belongs to. A new one for each call, though the rest is pooled: a module that keeps a token must not see a later call cancelled by it.
    /// </summary>
    protected CancellationTokenSource? Cancellation { get; set; }

    /// <summary>Whether it was given to one of <see cref="ModuleBoundary.Threads"/>, which it may block.</summary>
    public bool IsOnOwnThread { get; set; }

    public abstract void Execute();

    /// <summary>From here on it counts as given up. Called once, within the boundary's lock, before <see cref="GiveUp"/>.</summary>
    /// <returns>See <see cref="ModuleFaultException.Late"/>.</returns>
    public abstract Task Abandon();

    /// <summary>Lets the caller go on with an exception although the module is not back. Called once, by the boundary, after it has set <see cref="CallState.GivenUp"/>.</summary>
    public abstract void GiveUp(Exception exception);

    /// <summary>Cancels the module's token. Its callbacks are the module's code: they run on a thread of the pool, not here.</summary>
    public void Cancel() => _ = Cancellation!.CancelAsync();

    protected void WatchCaller()
    {
        if (CallerToken.CanBeCanceled)
        {
            _callersCancellation = CallerToken.UnsafeRegister(
                static state => ((ModuleCall)state!).Boundary.CancelledByCaller((ModuleCall)state),
                this);
        }
    }

    /// <returns>False if the caller's cancellation is being, or has been, told to this object: then something may still refer to it.</returns>
    protected bool StopWatchingCaller()
    {
        var left = !CallerToken.CanBeCanceled || _callersCancellation.Unregister();
        _callersCancellation = default;
        return left;
    }
}
