using MailStore.Host.Configuration;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Modules;

/// <summary>
/// The boundary around one instance of a module: every call of it crosses here. A call runs on a thread of the pool, or on one that
/// there is for calls that block, never on its caller's; at its deadline the module's token is cancelled, and after a grace (a module past its commit point ignores the cancellation and returns the true
/// result) the call is given up. Exceptions and results that the contract does not know become a <see cref="ModuleFaultException"/>, logged
/// here and counted. While as many calls as <c>hang_limit</c> are given up and not back, the module is called no more; nor is one, for good, of which
/// an exception escaped where no call could tell it.
/// </summary>
internal sealed class ModuleBoundary : IDisposable
{
    private const int MostThreads = 32;

    private readonly Lock _gate = new();
    private readonly LinkedList<ModuleCall> _running = [];
    private readonly LinkedList<ModuleCall> _givenUp = [];
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly CallTimes _times;
    private readonly int _hangLimit;
    private readonly ITimer _sweeper;
    private readonly BlockedThreads _blocked = new();
    private bool _sweeping;
    private long _sweptAt;
    private volatile int _hanging;
    private long _faults;
    private volatile ModuleFault? _lastFault;
    private volatile string? _escaped;

    public ModuleBoundary(ModuleIdentity module, ModulesOptions options, ILogger logger, TimeProvider clock)
    {
        Module = module;
        _logger = logger;
        _clock = clock;
        _times = new CallTimes(options.CallTimeout, clock);
        _hangLimit = options.HangLimit;
        Threads = new CallThreads(module.Instance, MostThreads);
        _sweeper = clock.CreateTimer(static state => ((ModuleBoundary)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ModuleIdentity Module { get; }

    public TimeProvider Clock => _clock;

    /// <summary>For calls that block. When all are busy, they go another way: see <see cref="CallKind{TState,TResult}.Blocking"/>.</summary>
    public CallThreads Threads { get; }

    /// <summary>Faults since the start.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    public ModuleFault? LastFault => _lastFault;

    /// <summary>Calls that were given up and are not back.</summary>
    public int Hanging => _hanging;

    /// <summary>It is called no more: see <see cref="FaultedBecause"/>.</summary>
    public bool IsFaulted => _escaped is not null || _hanging >= _hangLimit;

    /// <summary>Why it is called no more, of which the module is the subject: <c>let an exception escape …</c>; null while it is called.</summary>
    public string? FaultedBecause => _escaped ?? (_hanging is var hanging && hanging >= _hangLimit ? $"lets {hanging} calls hang" : null);

    /// <summary>Calls the module.</summary>
    /// <param name="user">Whom the call is about, for messages; or null.</param>
    /// <exception cref="ModuleFaultException">The module broke its contract.</exception>
    /// <exception cref="Sdk.TemporaryFailureException">As the module threw it.</exception>
    /// <exception cref="Sdk.ModuleConfigurationException">As the module threw it.</exception>
    /// <exception cref="OperationCanceledException">The caller's own token was cancelled, and the module heeded it.</exception>
    public ValueTask<TResult> CallAsync<TState, TResult>(
        CallKind<TState, TResult> kind, string? user, TState state, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<TResult>(cancellationToken);
        if (IsFaulted && kind.Patience != Patience.Farewell)
            return ValueTask.FromException<TResult>(Refuse(kind.Name, user));
        return kind.Rent().Start(this, kind, user, state, cancellationToken);
    }

    /// <summary>The call is about to go to the module; its deadline counts from here.</summary>
    /// <returns>Null, or why it must not.</returns>
    public ModuleFaultException? TryBegin(ModuleCall call)
    {
        if (IsFaulted && call.Patience != Patience.Farewell)
            return Refuse(call.Name, call.User);
        var arm = false;
        var overdue = false;
        lock (_gate)
        {
            var now = _clock.GetTimestamp();
            call.State = CallState.Running;
            call.TimedOut = call.CallerCancelled = false;
            call.StartedAt = now;
            call.CancelAt = now + _times.Of(call.Patience);
            _running.AddLast(call.Node);
            if (!_sweeping)
            {
                arm = _sweeping = true;
                _sweptAt = now;
            }
            else
            {
                overdue = now - _sweptAt > _times.Overdue;
            }
        }

        if (arm)
            _sweeper.Change(_times.Resolution, _times.Resolution);
        else if (overdue)
            Sweep(); // calls that block their threads leave none for the timer
        return null;
    }

    /// <summary>The module is back.</summary>
    /// <returns>The state that the call was in: <see cref="CallState.Running"/> if its caller waits for the answer.</returns>
    public CallState End(ModuleCall call)
    {
        CallState before;
        var served = false;
        lock (_gate)
        {
            before = call.State;
            call.State = CallState.Finished;
            if (before == CallState.Running)
            {
                _running.Remove(call.Node);
            }
            else if (before == CallState.GivenUp)
            {
                _givenUp.Remove(call.Node);
                served = --_hanging == _hangLimit - 1;
            }
        }

        if (before == CallState.GivenUp)
            _logger.CameBack(Module.Title, call.Name, call.User ?? "-", _clock.GetElapsedTime(call.StartedAt));
        if (served && _escaped is null)
            _logger.ServesAgain(Module.Title);
        return before;
    }

    public void CancelledByCaller(ModuleCall call)
    {
        lock (_gate)
        {
            if (call.State != CallState.Running || call.TimedOut || call.CallerCancelled)
                return;
            call.CallerCancelled = true;
            call.GiveUpAt = _clock.GetTimestamp() + _times.Grace;
        }

        call.Cancel();
    }

    /// <summary>
    /// Something of the module failed where no call could tell it, so that nobody knows what state it is in: it is called no more until the process ends.
    /// Calls that are with it are left to end; it is still stopped and disposed.
    /// </summary>
    /// <param name="what">What it did, as a verb: <c>let an exception escape …</c>.</param>
    public void Fault(string what)
    {
        Interlocked.Increment(ref _faults);
        _lastFault = new ModuleFault(what, _clock.GetUtcNow());
        _escaped ??= what;
    }

    /// <summary>What the caller is to be told of an exception of the module.</summary>
    public Exception Judge(ModuleCall call, Exception exception) => exception switch
    {
        Sdk.TemporaryFailureException or Sdk.ModuleConfigurationException => exception,
        // of another module, which this one called through the host: logged and counted there
        ModuleFaultException => exception,
        OperationCanceledException when call.CallerToken.IsCancellationRequested => new OperationCanceledException(call.CallerToken),
        OperationCanceledException when call.TimedOut =>
            Fault(call, $"did not finish within {_times.Text(call.Patience)} and was cancelled; modules.call_timeout sets this limit", exception, timedOut: true),
        _ => Fault(call, $"threw {ForeignException.Describe(exception)}", exception),
    };

    /// <summary>Logs and counts a fault of the module.</summary>
    /// <param name="what">What it did, as a verb: <c>returned null</c>.</param>
    public ModuleFaultException Fault(
        ModuleCall call, string what, Exception? exception = null, bool timedOut = false, Task? late = null)
    {
        Interlocked.Increment(ref _faults);
        var text = $"{Describe(call.Name, call.User)} {what}";
        _lastFault = new ModuleFault(text, _clock.GetUtcNow());
        var cause = exception is null ? null : ForeignException.Tame(exception);
        _logger.ModuleFault(cause, Module.Title, call.Name, call.User ?? "-", what);
        return new ModuleFaultException(Module, call.Name, call.User, $"{Module.Title}: {text}", cause)
        {
            TimedOut = timedOut,
            Abandoned = late is not null,
            Late = late,
        };
    }

    /// <summary>Waits for calls that are on <see cref="Threads"/>, half as long as for the stop of a module: what is stored there is to be known before that.</summary>
    public Task EndThreadsAsync() => Threads.StopAsync(_times.SpanOf(Patience.Farewell) / 2, _clock);

    public void Dispose()
    {
        _sweeper.Dispose();
        _ = Threads.StopAsync(TimeSpan.Zero, _clock);
        _blocked.Report(0);
    }

    /// <summary>Looks for calls that are due. Runs only while there are calls.</summary>
    private void Sweep()
    {
        List<ModuleCall>? cancelled = null;
        List<ModuleCall>? givenUp = null;
        List<Task>? late = null;
        int blocked;
        bool faulted;
        lock (_gate)
        {
            var now = _clock.GetTimestamp();
            _sweptAt = now;
            for (var node = _running.First; node is not null;)
            {
                var call = node.Value;
                node = node.Next;
                if (call.TimedOut || call.CallerCancelled)
                {
                    if (now >= call.GiveUpAt)
                        (givenUp ??= []).Add(call);
                }
                else if (now >= call.CancelAt)
                {
                    call.TimedOut = true;
                    call.GiveUpAt = now + _times.Grace;
                    (cancelled ??= []).Add(call);
                }
            }

            foreach (var call in givenUp ?? [])
            {
                (late ??= []).Add(call.Abandon());
                _running.Remove(call.Node);
                _givenUp.AddLast(call.Node);
            }

            var before = _hanging;
            _hanging = _givenUp.Count;
            faulted = before < _hangLimit && _hanging >= _hangLimit;
            blocked = CountBlocked(_running, now) + CountBlocked(_givenUp, now);
            if (_running.Count == 0 && _givenUp.Count == 0)
            {
                _sweeping = false;
                _sweeper.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        _blocked.Report(blocked);
        cancelled?.ForEach(call => call.Cancel());
        for (var i = 0; i < givenUp?.Count; i++)
        {
            var call = givenUp[i];
            call.GiveUp(Fault(
                call, $"did not come back within {_clock.GetElapsedTime(call.StartedAt).TotalSeconds:0.#} s and was given up", timedOut: call.TimedOut, late: late![i]));
        }

        if (faulted)
            _logger.ModuleRefused(Module.Title, _hangLimit);
    }

    private int CountBlocked(LinkedList<ModuleCall> calls, long now)
    {
        var count = 0;
        foreach (var call in calls)
            count += call.InsideModule && now - call.StartedAt > _times.Blocked ? 1 : 0;
        return count;
    }

    private ModuleFaultException Refuse(string call, string? user) =>
        new(Module, call, user, $"{Module.Title}: {Describe(call, user)} was refused, since this module {FaultedBecause ?? "let too many calls hang"}") { Refused = true };

    private static string Describe(string call, string? user) => user is null ? call : $"{call} for '{user}'";
}
