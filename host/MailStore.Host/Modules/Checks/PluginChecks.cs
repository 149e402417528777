namespace MailStore.Host.Modules;

/// <summary>All checks, in the order in which they are asked; the first one that finds something is heard.</summary>
internal static class PluginChecks
{
    private static readonly IPluginCheck[] OfContents =
    [
        new StraySdkCheck(),
        new DepsFileCheck(),
        new IntactCheck(),
        new FrameworkCheck(),
        new RuntimeConfigCheck(),
        new SdkVersionCheck(),
        new ReferenceCheck(),
    ];

    /// <summary>For plugins where the administrator put them.</summary>
    /// <param name="modulesDirectory">Null for a plugin that lies elsewhere.</param>
    /// <param name="pins">What they have to look like; null where that is not asked.</param>
    public static IReadOnlyList<IPluginCheck> InPlace(string? modulesDirectory, PinPolicy? pins) =>
        [new AnnouncementCheck(), new PermissionCheck(new PathTrust(), modulesDirectory), new PinCheck(pins?.IsRequired == true), .. OfContents];

    /// <summary>For private copies, in a folder of the server's own. Whether they must be pinned was asked in place.</summary>
    public static IReadOnlyList<IPluginCheck> OfCopy { get; } = [new AnnouncementCheck(), new PinCheck(isRequired: false), .. OfContents];
}
