using System.Reflection;

namespace MailStore.Host.Admin;

/// <summary>What the process knows of itself.</summary>
internal sealed class ServerStatus(TimeProvider clock)
{
    private readonly long _started = clock.GetTimestamp();

    public static string Version { get; } =
        typeof(ServerStatus).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Where LMTP is spoken; set once the listeners are bound.</summary>
    public IReadOnlyList<string> Listening { get; set; } = [];

    public HealthView View(IReadOnlyList<ModuleHealthView> modules) => new(
        modules.All(module => module.Healthy), Version, Environment.ProcessId, clock.GetElapsedTime(_started).TotalSeconds, Listening, modules);
}
