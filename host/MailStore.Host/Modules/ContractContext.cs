using System.Reflection;
using System.Runtime.Loader;

namespace MailStore.Host.Modules;

/// <summary>
/// Answers for the assemblies that plugins share with the host, by name alone: a plugin that was built against another patch of one gets the
/// host's all the same. By version it would silently get a second copy of the contract's types.
/// </summary>
internal sealed class ContractContext() : AssemblyLoadContext("contracts")
{
    protected override Assembly? Load(AssemblyName assemblyName) => Default.LoadFromAssemblyName(new AssemblyName(assemblyName.Name!));
}
