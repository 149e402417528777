using MailStore.Host.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>One constructed module with its boundary, and its life from start to disposal.</summary>
/// <param name="module">The module's object: never called but across <paramref name="boundary"/>.</param>
internal sealed class ModuleInstance(object module, ModuleBoundary boundary) : IAsyncDisposable
{
    private static readonly CallKind<IModuleLifetime, bool> StartCall = new(
        "StartAsync",
        static async (lifetime, cancellationToken) =>
        {
            await lifetime.StartAsync(cancellationToken);
            return true;
        },
        patience: Patience.Long);

    private static readonly CallKind<IModuleLifetime, bool> StopCall = new(
        "StopAsync",
        static async (lifetime, cancellationToken) =>
        {
            await lifetime.StopAsync(cancellationToken);
            return true;
        },
        patience: Patience.Farewell);

    private static readonly CallKind<IModuleHealth, ModuleHealth> HealthCall = new(
        "CheckHealthAsync",
        static (health, cancellationToken) => health.CheckHealthAsync(cancellationToken),
        static (_, verdict) => verdict is null ? "null" : null,
        Patience.Short);

    public static readonly CallKind<(IUserDatabaseRequirements Module, IUserDatabase Users), string?> RequirementsCall = new(
        "FindUnmet",
        static (state, _) => new(state.Module.FindUnmet(state.Users)),
        patience: Patience.Short);

    private bool _started;

    public ModuleIdentity Identity => boundary.Module;

    public ModuleBoundary Boundary => boundary;

    /// <summary>The class of its options, or null.</summary>
    public Type? OptionsType { get; init; }

    /// <summary>Its table of the configuration, or null.</summary>
    public ConfigTable? Table { get; init; }

    /// <summary>The module behind its boundary: a <see cref="GuardedAgent"/>, <see cref="GuardedCreator"/> or <see cref="GuardedUserDatabase"/>.</summary>
    public object Guarded { get; } = Guard(module, boundary);

    /// <summary>Whether its storage belongs to one process, so that of several hosts each would have its own.</summary>
    public bool IsForOneHost => module is ISingleHostAgent;

    /// <summary>What the module needs of the user database and does not find there; null if nothing.</summary>
    /// <exception cref="ModuleFaultException">It cannot even say so.</exception>
    public async Task<string?> FindUnmetAsync(IUserDatabase users) =>
        module is IUserDatabaseRequirements requirements ? await boundary.CallAsync(RequirementsCall, null, (requirements, users), CancellationToken.None) : null;

    /// <exception cref="ModuleStartException">It did not start; <see cref="StopAsync"/> is still to be called.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (module is not IModuleLifetime lifetime)
            return;
        _started = true;
        try
        {
            await boundary.CallAsync(StartCall, null, lifetime, cancellationToken);
        }
        catch (Exception exception) when (exception is ModuleConfigurationException or TemporaryFailureException or ModuleFaultException)
        {
            throw new ModuleStartException(Identity, exception);
        }
    }

    /// <summary>Stops it if it was started, once.</summary>
    /// <returns>Why it did not stop in order; null if it did.</returns>
    public async Task<string?> StopAsync(CancellationToken cancellationToken)
    {
        await boundary.EndThreadsAsync();
        if (!_started)
            return null;
        _started = false;
        return await TryAsync(StopCall, (IModuleLifetime)module, cancellationToken);
    }

    /// <summary>Asks the module how it is. Never throws but for the caller's own cancellation.</summary>
    public async Task<ModuleHealth> CheckHealthAsync(CancellationToken cancellationToken)
    {
        if (boundary.FaultedBecause is { } because)
            return ModuleHealth.Unhealthy($"faulted: it {because}, and is called no more; restart the server");
        if (module is not IModuleHealth health)
            return ModuleHealth.Healthy();
        try
        {
            return await boundary.CallAsync(HealthCall, null, health, cancellationToken);
        }
        catch (Exception exception) when (exception is ModuleConfigurationException or TemporaryFailureException or ModuleFaultException)
        {
            return ModuleHealth.Unhealthy(exception.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (module is IAsyncDisposable or IDisposable)
            await TryAsync(Disposal.Call, module, CancellationToken.None);
        boundary.Dispose();
    }

    private static object Guard(object module, ModuleBoundary boundary) => boundary.Module.Kind switch
    {
        ModuleKind.Mda => new GuardedAgent((IMailDeliveryAgent)module, boundary),
        ModuleKind.Creator => new GuardedCreator((ICreator)module, boundary),
        _ => new GuardedUserDatabase((IUserDatabase)module, boundary),
    };

    private async Task<string?> TryAsync<TState>(CallKind<TState, bool> kind, TState state, CancellationToken cancellationToken)
    {
        try
        {
            await boundary.CallAsync(kind, null, state, cancellationToken);
            return null;
        }
        catch (Exception exception) when (exception is ModuleConfigurationException or TemporaryFailureException or ModuleFaultException or OperationCanceledException)
        {
            return exception.Message;
        }
    }
}
