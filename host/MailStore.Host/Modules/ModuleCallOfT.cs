using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace MailStore.Host.Modules;

/// <summary>
/// One call: the work item that carries it to a thread, and the source of the task that its caller awaits. Pooled, under one
/// rule: an object goes back to the pool only if nobody else can refer to it. The module never saw it (it answered before it returned; a
/// continuation handed to it might be run late or twice), the sweeper and the caller's token are done with it, and the caller has taken the result.
/// </summary>
internal sealed class ModuleCall<TState, TResult> : ModuleCall, IValueTaskSource<TResult>
{
    private ManualResetValueTaskSourceCore<TResult> _source;
    private CallKind<TState, TResult> _kind = null!;
    private TState _state = default!;
    private ExecutionContext? _context;
    private ConfiguredValueTaskAwaitable<TResult>.ConfiguredValueTaskAwaiter _awaiter;
    private TaskCompletionSource<TResult?>? _late;
    private bool _handedToModule;
    private bool _reusable;

    public override string Name => _kind.Name;

    public override Patience Patience => _kind.Patience;

    public ValueTask<TResult> Start(
        ModuleBoundary boundary, CallKind<TState, TResult> kind, string? user, TState state, CancellationToken callerToken)
    {
        Boundary = boundary;
        _kind = kind;
        User = user;
        _state = state;
        CallerToken = callerToken;
        _context = ExecutionContext.Capture(); // scopes of the log reach what the module logs
        var task = new ValueTask<TResult>(this, _source.Version);
        if (kind.Blocking is null || !boundary.Threads.TryGive(this))
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        return task;
    }

    public override void Execute()
    {
        if (_context is not null)
            ExecutionContext.Restore(_context);
        if (CallerToken.IsCancellationRequested)
        {
            Answer(default!, new OperationCanceledException(CallerToken), reusable: true);
            return;
        }

        Cancellation = new CancellationTokenSource();
        if (Boundary.TryBegin(this) is { } refusal)
        {
            Answer(default!, refusal, reusable: true);
            return;
        }

        WatchCaller();
        TResult result;
        try
        {
            InsideModule = !IsOnOwnThread;
            _awaiter = AwaiterOf(IsOnOwnThread ? new ValueTask<TResult>(_kind.Blocking!(_state, Cancellation.Token)) : _kind.Invoke(_state, Cancellation.Token));
            InsideModule = false;
            if (!_awaiter.IsCompleted)
            {
                _handedToModule = true;
                _source.RunContinuationsAsynchronously = true; // the thread that completes it is the module's
                _awaiter.UnsafeOnCompleted(Continue);
                return;
            }

            result = _awaiter.GetResult();
        }
        catch (Exception exception) // the boundary of a module: whatever it throws must become an answer
        {
            End(default!, exception);
            return;
        }

        End(result, null);
    }

    public override Task Abandon()
    {
        State = CallState.GivenUp;
        _late = new TaskCompletionSource<TResult?>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _late.Task;
    }

    public override void GiveUp(Exception exception)
    {
        _source.RunContinuationsAsynchronously = true;
        _source.SetException(exception);
    }

    public TResult GetResult(short token)
    {
        var completed = _source.GetStatus(token) != ValueTaskSourceStatus.Pending; // throws for the token of an earlier call
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            if (completed && _reusable)
                Recycle();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private static ConfiguredValueTaskAwaitable<TResult>.ConfiguredValueTaskAwaiter AwaiterOf(ValueTask<TResult> task) =>
        task.ConfigureAwait(false).GetAwaiter();

    private void Continue()
    {
        TResult result;
        try
        {
            result = _awaiter.GetResult();
        }
        catch (Exception exception) // the boundary of a module, as above
        {
            End(default!, exception);
            return;
        }

        End(result, null);
    }

    private void End(TResult result, Exception? exception)
    {
        InsideModule = false;
        var left = StopWatchingCaller();
        switch (Boundary.End(this))
        {
            case CallState.Running:
                exception = exception is null
                    ? _kind.Check(_state, result) is { } wrong ? Boundary.Fault(this, $"returned {wrong}") : null
                    : Boundary.Judge(this, exception);
                Answer(result, exception, left && !_handedToModule && !TimedOut && !CallerCancelled);
                break;
            case CallState.GivenUp:
                if (result is IAsyncDisposable or IDisposable)
                    _ = LetGoAsync(Boundary, User, result);
                // logged by the boundary; nobody need wait for this task, and so it never fails
                _late!.SetResult(exception is null && _kind.Check(_state, result) is null ? result : default);
                break;
        }
    }

    /// <summary>Nothing may touch this object afterwards: the caller may have taken the result, and the next call may be on its way with it.</summary>
    private void Answer(TResult result, Exception? exception, bool reusable)
    {
        _reusable = reusable;
        if (exception is null)
            _source.SetResult(result);
        else
            _source.SetException(exception);
    }

    /// <summary>A lock or a stream that comes when nobody waits for it any more.</summary>
    private static async Task LetGoAsync(ModuleBoundary boundary, string? user, object late)
    {
        try
        {
            await boundary.CallAsync(Disposal.Call, user, late, CancellationToken.None);
        }
        catch (Exception) // the boundary of a module: logged there, and nobody waits who could be told
        {
        }
    }

    private void Recycle()
    {
        var kind = _kind;
        _source.Reset();
        _source.RunContinuationsAsynchronously = false;
        Boundary = null!;
        Cancellation = null;
        CallerToken = default;
        User = null;
        State = CallState.Waiting;
        _kind = null!;
        _state = default!;
        _context = null;
        IsOnOwnThread = false;
        _awaiter = default;
        _reusable = false;
        kind.Return(this);
    }
}
