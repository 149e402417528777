using System.Reflection;
using MailStore.Sdk;
using McMaster.NETCore.Plugins.Loader;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Modules;

/// <summary>
/// Loads a plugin's main assembly into a load context of its own. The SDK, Logging.Abstractions and the framework are the host's; all else that the plugin
/// refers to is its own, in the version that it brings.
/// </summary>
internal static class PluginLoader
{
    private static readonly ContractContext Contracts = new();

    /// <param name="mainAssembly">In the private copy: a file that is overwritten while it is mapped kills the process.</param>
    /// <exception cref="Exception">Whatever the runtime makes of a file that is none; see <see cref="PluginStore"/>.</exception>
    public static Assembly Load(string mainAssembly)
    {
        // The builder, not its PluginLoader: that one would also read the runtimeconfig.json of plugin and host for further folders to take libraries from (a plugin is to have
        // none: RuntimeConfigCheck), by a reflection that takes longer than the rest of the loading.
        var builder = new AssemblyLoadContextBuilder();
        builder.SetMainAssemblyPath(mainAssembly);
        builder.SetDefaultContext(Contracts);
        builder.IsLazyLoaded(false);
        builder.PreferDefaultLoadContextAssembly(typeof(MailStoreModuleAttribute).Assembly.GetName());
        builder.PreferDefaultLoadContextAssembly(typeof(ILogger).Assembly.GetName());
        return builder.Build().LoadFromAssemblyPath(mainAssembly);
    }
}
