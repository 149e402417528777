namespace MailStore.LiteDb.Users;

/// <summary>What a caller asked the store's thread to do.</summary>
internal abstract class StoreRequest
{
    /// <summary>Ends it unsuccessfully.</summary>
    public abstract void Fail(Exception exception);

    /// <summary>Ends it, if the caller has given it up before its turn came: then nothing of it is done.</summary>
    public abstract bool EndIfCancelled();
}

/// <summary>A request with its answer.</summary>
internal abstract class StoreRequest<T>(CancellationToken cancellationToken) : StoreRequest
{
    // Continuations must not run on the store's thread.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer. A caller who gives up waits no longer; a write that has had its turn is done nevertheless.</summary>
    public Task<T> Task => _completion.Task.WaitAsync(cancellationToken);

    public override void Fail(Exception exception)
    {
        _completion.TrySetException(exception);

        // Seen, also where the caller waits no longer: no business of TaskScheduler.UnobservedTaskException.
        _ = _completion.Task.Exception;
    }

    public override bool EndIfCancelled() => cancellationToken.IsCancellationRequested && _completion.TrySetCanceled(cancellationToken);

    protected void Succeed(T answer) => _completion.TrySetResult(answer);
}
