using MailStore.Host.Modules;

namespace MailStore.Host.Tests.Modules;

/// <summary>A modules.d with one plugin that is compiled for a test.</summary>
internal sealed class CompiledPlugin : IDisposable
{
    /// <summary>A module that does nothing, but can be constructed.</summary>
    public const string Agent = """
        using MailStore.Sdk;
        [assembly: MailStoreModule("acme", typeof(Acme.Agent))]
        namespace Acme;
        public sealed partial class Agent : IMailDeliveryAgent
        {
            public ParseResult Parse(EffectiveUser user) => new ParseResult.Incomplete("home");
            public ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext context, CancellationToken cancellationToken) => throw new NotSupportedException();
            public ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken) => default;
        }
        """;

    public ModulesHome Home { get; } = new();

    public string Folder => Path.Combine(Home.Modules, "acme");

    public string Dll => Path.Combine(Folder, "Acme.dll");

    /// <summary>Not in modules.d: what only the author has.</summary>
    public string Elsewhere => Path.Combine(Path.GetDirectoryName(Home.Modules)!, "elsewhere");

    public static string Stamp(string sdk) => $"[assembly: System.Reflection.AssemblyMetadata(\"MailStore.Sdk\", \"{sdk}\")]";

    public static string MadeFor(string framework) => $"[assembly: System.Runtime.Versioning.TargetFramework(\"{framework}\")]";

    /// <summary>Compiles the plugin, against the host's SDK, and looks at it.</summary>
    public PluginFile Build(params string[] sources) => BuildAgainst(Compiler.Sdk, sources);

    public PluginFile BuildAgainst(string sdk, params string[] sources) => BuildWith([sdk], sources);

    public PluginFile BuildWith(string[] references, params string[] sources)
    {
        Compiler.Compile(Dll, sources, [.. references, .. references.Any(path => path.EndsWith("/Microsoft.Extensions.Logging.Abstractions.dll", StringComparison.Ordinal)) ? [] : new[] { Compiler.Logging }]);
        Write("Acme.deps.json", """{"runtimeTarget":{"name":".NETCoreApp,Version=v10.0"},"targets":{".NETCoreApp,Version=v10.0":{}},"libraries":{}}""");
        return Look();
    }

    public void Write(string file, string content) => File.WriteAllText(Path.Combine(Folder, file), content);

    public PluginFile Look() => Assert.Single(PluginDiscovery.Discover(Home.Modules));

    /// <summary>Looks at the plugin, and at what a start would load: the private copy.</summary>
    public static void AssertFine(PluginFile plugin) => Assert.True(plugin.Problem is null, plugin.Problem?.ToString());

    public static void AssertRefused(PluginFile plugin, string reason, string remedy)
    {
        Assert.NotNull(plugin.Problem);
        Assert.Contains(reason, plugin.Problem.Reason, StringComparison.Ordinal);
        Assert.Contains(remedy, plugin.Problem.Remedy, StringComparison.Ordinal);
    }

    public void Dispose() => Home.Dispose();
}
