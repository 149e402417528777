using MailStore.Host.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Host.Modules;

/// <summary>
/// What is in modules.d, without constructing any module: for <c>module list</c>, <c>module describe</c>, <c>config check</c> and <c>config show</c>. Types are
/// loaded when asked for, from a temporary copy; the data directory stays as it is. Used by one thread.
/// </summary>
internal sealed class ModuleCatalog : IDisposable
{
    private readonly HostConfiguration _configuration;
    private readonly List<Mistake> _mistakes = [];
    private readonly ModuleChooser _chooser;
    private PluginStore? _store;

    private ModuleCatalog(HostConfiguration configuration)
    {
        _configuration = configuration;
        _chooser = new ModuleChooser(configuration, _mistakes);
        Plugins = _chooser.Discover();
    }

    /// <summary>All plugins, by name, what is broken included.</summary>
    public IReadOnlyList<PluginFile> Plugins { get; }

    /// <summary>What is wrong with the modules directory, and, after <see cref="Bind"/>, with the modules of the configuration; sorted by place.</summary>
    public IReadOnlyList<Mistake> Mistakes => Mistake.Sorted(_mistakes);

    /// <summary>Looks into modules.d. Never throws: what is wrong is in <see cref="Mistakes"/>.</summary>
    public static ModuleCatalog Open(HostConfiguration configuration) => new(configuration);

    /// <summary>The options class of a module.</summary>
    /// <param name="problem">Why it cannot be told; null if it can be.</param>
    /// <returns>Null if the module has no options, or if there is a problem.</returns>
    public Type? FindOptionsType(PluginFile plugin, PluginModule module, out PluginProblem? problem) =>
        CreateBinder().Open(plugin, module, out problem)?.OptionsType;

    /// <summary>Binds the options of every module that the configuration names, as a start does, short of constructing the modules. Call it once.</summary>
    /// <returns>The modules without mistakes.</returns>
    public IReadOnlyList<ModuleBinding> Bind() => CreateBinder().Bind(_configuration, Plugins, _chooser, _mistakes);

    public void Dispose() => _store?.Dispose();

    private ModuleBinder CreateBinder() => new(_store ??= new PluginStore(RunFolder.CreateTemporary(), NullLogger.Instance));
}
