namespace MailStore.Host.Modules;

/// <summary>All checks, in the order in which they are asked; the first one that finds something is heard.</summary>
internal static class PluginChecks
{
    public static IReadOnlyList<IPluginCheck> All { get; } = [new AnnouncementCheck(), new StraySdkCheck(), new DepsFileCheck()];
}
