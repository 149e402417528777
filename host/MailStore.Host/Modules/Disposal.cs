namespace MailStore.Host.Modules;

/// <summary>Lets go of an object of a module: the module itself, a lock, a stream, an enumerator.</summary>
internal static class Disposal
{
    public static readonly CallKind<object, bool> Call = new("DisposeAsync", DisposeAsync, patience: Patience.Farewell);

    private static async ValueTask<bool> DisposeAsync(object disposable, CancellationToken cancellationToken)
    {
        if (disposable is IAsyncDisposable asynchronous)
            await asynchronous.DisposeAsync();
        else
            (disposable as IDisposable)?.Dispose();
        return true;
    }
}
