namespace MailStore.LiteDb.Mails.Files;

/// <summary>What a caller asked to be done with a file.</summary>
internal abstract class FileRequest
{
    /// <summary>The root below which the file is to be made if it is not there; null where it must be there.</summary>
    public string? CreateBelow { get; init; }

    /// <summary>Whether the file is <see cref="CreateBelow">made</see> as one for all, which is made once only.</summary>
    public bool IsShared { get; init; }

    /// <summary>How many bytes it has to write, about.</summary>
    public virtual long Size => 0;

    /// <summary>Whether its caller has been told what it came to.</summary>
    public abstract bool IsAnswered { get; }

    /// <summary>Begins it, once its turn has come: from then on its caller waits for what it comes to.</summary>
    /// <returns>False if the caller has given it up before.</returns>
    public abstract bool TryBegin();

    /// <summary>Ends it unsuccessfully.</summary>
    public abstract void Fail(Exception exception);
}

/// <summary>A request with its answer.</summary>
internal abstract class FileRequest<T> : FileRequest
{
    private const int Waiting = 0;
    private const int Begun = 1;
    private const int GivenUp = 2;

    // Continuations must not run on a file's thread.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenRegistration _registration;
    private int _state;

    protected FileRequest(CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        _registration = cancellationToken.UnsafeRegister(static request => ((FileRequest<T>)request!).GiveUp(), this);
    }

    public Task<T> Task => _completion.Task;

    public override bool IsAnswered => _completion.Task.IsCompleted;

    public override bool TryBegin()
    {
        _registration.Unregister();
        return Interlocked.CompareExchange(ref _state, Begun, Waiting) == Waiting;
    }

    public override void Fail(Exception exception)
    {
        if (!_completion.TrySetException(exception))
            return;

        // Seen, also where the host waits no longer: no business of TaskScheduler.UnobservedTaskException.
        _ = _completion.Task.Exception;
    }

    protected void Succeed(T answer) => _completion.TrySetResult(answer);

    private void GiveUp()
    {
        if (Interlocked.CompareExchange(ref _state, GivenUp, Waiting) == Waiting)
            _completion.TrySetCanceled(_cancellationToken);
    }
}
