namespace MailStore.Sdk.Conformance;

/// <summary>How the kit gets instances of a module. Thread-safe.</summary>
/// <typeparam name="TModule">The contract.</typeparam>
public abstract class ModuleUnderTest<TModule>
    where TModule : class
{
    /// <summary>
    /// Constructs an instance, not started. Called again for the same place it makes what another host that shares the storage would have, or the same one
    /// after a restart.
    /// </summary>
    /// <param name="context">The place: an existing, empty data directory of this case's own, or one that was used before.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public abstract ValueTask<OpenedModule<TModule>> OpenAsync(ModuleContext context, CancellationToken cancellationToken);
}
