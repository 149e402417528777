using MailStore.Host.Configuration;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Modules;

/// <summary>The modules that the configuration names, constructed, each behind its boundary.</summary>
internal sealed class ModuleSet : IAsyncDisposable
{
    // databases first: the others may ask for users from their start on
    private static readonly ModuleKind[] StartOrder = [ModuleKind.Userdb, ModuleKind.Creator, ModuleKind.Mda];

    private readonly ILogger _logger;
    private readonly PluginStore? _store;

    /// <param name="creator">The instance that creates users.</param>
    /// <param name="userdb">The instance that keeps users.</param>
    /// <param name="store">Where the modules' code is; removed with the set.</param>
    public ModuleSet(
        IReadOnlyList<ModuleInstance> instances,
        string creator,
        string userdb,
        ILoggerFactory loggerFactory,
        IReadOnlyList<PluginFile>? plugins = null,
        PluginStore? store = null)
    {
        _logger = CreateLogger(loggerFactory);
        _store = store;
        Instances = instances;
        Plugins = plugins ?? [];
        Mdas = instances.Where(instance => instance.Identity.Kind == ModuleKind.Mda).ToDictionary(
            instance => instance.Identity.Instance,
            instance => new MdaInstance(instance.Identity.Instance, instance.OptionsType, instance.Table, (GuardedAgent)instance.Guarded));
        Creator = (ICreator)Guarded(ModuleKind.Creator, creator);
        Users = (IUserDatabase)Guarded(ModuleKind.Userdb, userdb);

        object Guarded(ModuleKind kind, string name) =>
            instances.Single(instance => instance.Identity.Kind == kind && instance.Identity.Instance == name).Guarded;
    }

    public IReadOnlyList<ModuleInstance> Instances { get; }

    /// <summary>By instance.</summary>
    public IReadOnlyDictionary<string, MdaInstance> Mdas { get; }

    public ICreator Creator { get; }

    /// <summary>Is also <see cref="IUserLocks"/> and <see cref="IUserSequences"/> where the module is.</summary>
    public IUserDatabase Users { get; }

    public IUserLocks? Locks => Users as IUserLocks;

    public IUserSequences? Sequences => Users as IUserSequences;

    /// <summary>All that is in modules.d, what is broken included.</summary>
    public IReadOnlyList<PluginFile> Plugins { get; }

    /// <summary>The plugins behind <see cref="Instances"/>, as they were loaded.</summary>
    public IReadOnlyList<LoadedPlugin> LoadedPlugins => _store?.Loaded ?? [];

    /// <summary>Finds, loads and constructs all modules of the configuration. Nothing is started.</summary>
    /// <param name="roster">Gets every module before its code runs.</param>
    /// <exception cref="ConfigurationException">All mistakes: of the configuration, of the plugins, of the modules' options and constructors.</exception>
    public static ModuleSet Load(HostConfiguration configuration, ILoggerFactory loggerFactory, TimeProvider clock, ModuleRoster? roster = null) =>
        new ModuleSetLoader(configuration, loggerFactory, CreateLogger(loggerFactory), clock, roster ?? new ModuleRoster()).Load();

    /// <summary>Logs which plugins are broken although nothing of the configuration needs them. Looks at each: it takes some milliseconds, and any thread will do.</summary>
    public void TellBroken()
    {
        foreach (var plugin in Plugins)
        {
            if (plugin.Problem is { } problem)
                _logger.PluginBroken(plugin.Path, problem);
        }
    }

    /// <summary>Starts the modules: databases, creators, MDAs. When one does not start, those that did are stopped again.</summary>
    /// <exception cref="ModuleStartException">One did not start.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var instance in StartOrder.SelectMany(OfKind))
            {
                await instance.StartAsync(cancellationToken);
                _logger.ModuleStarted(instance.Identity.Title);
            }
        }
        catch (Exception exception) when (exception is ModuleStartException or OperationCanceledException)
        {
            await StopAsync(CancellationToken.None);
            throw;
        }
    }

    /// <summary>Stops what was started: MDAs, creators, databases; those of one kind side by side. Bounded by the limits of each call.</summary>
    /// <param name="cancellationToken">Cuts it short.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var kind in StartOrder.Reverse())
            await Task.WhenAll(OfKind(kind).Select(instance => StopAsync(instance, cancellationToken)));
    }

    /// <summary>Stops what is still started, disposes all, and removes the private copy of the plugins.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        foreach (var instance in StartOrder.Reverse().SelectMany(OfKind))
            await instance.DisposeAsync();
        _store?.Dispose();
    }

    private static ILogger CreateLogger(ILoggerFactory loggerFactory) => loggerFactory.CreateLogger("MailStore.Modules");

    private IEnumerable<ModuleInstance> OfKind(ModuleKind kind) => Instances.Where(instance => instance.Identity.Kind == kind);

    private async Task StopAsync(ModuleInstance instance, CancellationToken cancellationToken)
    {
        if (await instance.StopAsync(cancellationToken) is { } reason)
            _logger.ModuleNotStopped(instance.Identity.Title, reason);
    }
}
