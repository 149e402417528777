namespace MailStore.Host.Modules;

/// <summary>
/// A listing of a module behind its boundary: opening it, each step and its disposal are calls of their own. After a step that was given up the module's
/// enumerator is in use for ever, and so is never touched again.
/// </summary>
/// <param name="member">The name of the module's method, for messages.</param>
/// <param name="list">The module's method.</param>
/// <param name="check">Says what is wrong with an element, or null.</param>
internal sealed class GuardedSequence<T>(
    ModuleBoundary boundary,
    string? user,
    string member,
    Func<CancellationToken, IAsyncEnumerable<T>> list,
    Func<T, string?> check,
    CancellationToken callersToken) : IAsyncEnumerable<T>
{
    private readonly CallKind<(GuardedSequence<T> Sequence, CancellationToken Token), IAsyncEnumerator<T>> _openCall = new(
        member,
        static (call, _) => new(call.Sequence.Open(call.Token)),
        static (_, enumerator) => enumerator is null ? "null" : null,
        Patience.Long);

    private readonly CallKind<(GuardedSequence<T> Sequence, IAsyncEnumerator<T> Enumerator, CancellationTokenSource Listing), (bool Any, T Element)> _stepCall = new(
        member,
        static async (call, cancellationToken) =>
        {
            // the token of a listing was given to the module when it began; a step that is cancelled cancels the whole
            using var linked = cancellationToken.UnsafeRegister(static listing => ((CancellationTokenSource)listing!).Cancel(), call.Listing);
            return await call.Enumerator.MoveNextAsync() ? (true, call.Enumerator.Current) : (false, default!);
        },
        static (call, step) => step.Any ? call.Sequence.Check(step.Element) : null,
        Patience.Long);

    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(callersToken, cancellationToken);
        using var listing = CancellationTokenSource.CreateLinkedTokenSource(caller.Token);
        var enumerator = await boundary.CallAsync(_openCall, user, (this, listing.Token), caller.Token);
        var abandoned = false;
        try
        {
            while (true)
            {
                (bool Any, T Element) step;
                try
                {
                    step = await boundary.CallAsync(_stepCall, user, (this, enumerator, listing), caller.Token);
                }
                catch (ModuleFaultException fault)
                {
                    abandoned = fault.Abandoned;
                    throw;
                }

                if (!step.Any)
                    yield break;
                yield return step.Element;
            }
        }
        finally
        {
            if (!abandoned)
                await boundary.CallAsync(Disposal.Call, user, (object)enumerator, CancellationToken.None);
        }
    }

    private IAsyncEnumerator<T> Open(CancellationToken cancellationToken) => list(cancellationToken)?.GetAsyncEnumerator(cancellationToken)!;

    private string? Check(T element) => check(element);
}
