using System.Reflection;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;
using Loader = McMaster.NETCore.Plugins.PluginLoader;

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
        var loader = Loader.CreateFromAssemblyFile(mainAssembly, config =>
        {
            config.DefaultContext = Contracts;
            config.SharedAssemblies.Add(typeof(MailStoreModuleAttribute).Assembly.GetName());
            config.SharedAssemblies.Add(typeof(ILogger).Assembly.GetName());
            config.PreferSharedTypes = false;
            config.IsUnloadable = false;
            config.EnableHotReload = false;
            config.IsLazyLoaded = false;
        });
        return loader.LoadDefaultAssembly();
    }
}
