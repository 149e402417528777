using Microsoft.Extensions.ObjectPool;

namespace MailStore.Host.Modules;

/// <summary>One member of a contract, as the boundary calls it. Made once for each, and kept in a static field.</summary>
/// <typeparam name="TState">What the call needs: the module's object and its arguments.</typeparam>
/// <typeparam name="TResult">What comes back.</typeparam>
/// <param name="name">The member's name, for messages.</param>
/// <param name="invoke">Calls the module. Runs on a thread of the pool, and may block it, throw, or never come back.</param>
/// <param name="check">Says what is wrong with a result (<c>null</c>, <c>an allocation of …</c>; "returned" is put before it), or null. Host code: quick, and never throws.</param>
internal sealed class CallKind<TState, TResult>(
    string name,
    Func<TState, CancellationToken, ValueTask<TResult>> invoke,
    Func<TState, TResult, string?>? check = null,
    Patience patience = Patience.Normal)
{
    private readonly DefaultObjectPool<ModuleCall<TState, TResult>> _pool =
        new(new DefaultPooledObjectPolicy<ModuleCall<TState, TResult>>(), 128);

    public string Name => name;

    public Patience Patience => patience;

    /// <summary>Does the same by calls that block, on one of <see cref="ModuleBoundary.Threads"/>; used as long as one of them is free. Null: there is no such way.</summary>
    public Func<TState, CancellationToken, TResult>? Blocking { get; init; }

    public ValueTask<TResult> Invoke(TState state, CancellationToken cancellationToken) => invoke(state, cancellationToken);

    public string? Check(TState state, TResult result) => check?.Invoke(state, result);

    public ModuleCall<TState, TResult> Rent() => _pool.Get();

    public void Return(ModuleCall<TState, TResult> call) => _pool.Return(call);
}
