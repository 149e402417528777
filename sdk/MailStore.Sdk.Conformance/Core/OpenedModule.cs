namespace MailStore.Sdk.Conformance;

/// <summary>One instance of the module under test. A host overrides it to put its own boundary between.</summary>
/// <typeparam name="TModule">The contract.</typeparam>
/// <param name="module">The constructed, not yet started module.</param>
public class OpenedModule<TModule>(TModule module) : IAsyncDisposable
    where TModule : class
{
    /// <summary>The module, to be called as a host calls it.</summary>
    public TModule Module { get; } = module;

    /// <summary>Starts it, if it has a life.</summary>
    public virtual ValueTask StartAsync(CancellationToken cancellationToken) =>
        Module is IModuleLifetime lifetime ? lifetime.StartAsync(cancellationToken) : default;

    /// <summary>Stops it, if it has a life.</summary>
    public virtual ValueTask StopAsync(CancellationToken cancellationToken) =>
        Module is IModuleLifetime lifetime ? lifetime.StopAsync(cancellationToken) : default;

    /// <summary>Disposes it, if it wants to be.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        if (Module is IAsyncDisposable asynchronous)
            await asynchronous.DisposeAsync().ConfigureAwait(false);
        else
            (Module as IDisposable)?.Dispose();
        GC.SuppressFinalize(this);
    }
}
