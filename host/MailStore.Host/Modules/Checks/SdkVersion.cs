using System.Globalization;
using System.Reflection;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>A version of the SDK as far as it counts here: a plugin's, stamped by the SDK's targets, or the host's own.</summary>
internal readonly record struct SdkVersion(int Major, int Minor)
{
    /// <summary>As <c>0.1.0</c>.</summary>
    public static string HostText { get; } = typeof(MailStoreModuleAttribute).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static SdkVersion Host { get; } = TryParse(HostText) ?? default;

    /// <summary>Of <c>MAJOR.MINOR…</c>, whatever follows; null for anything else.</summary>
    public static SdkVersion? TryParse(string text)
    {
        var parts = text.Split('-', '+')[0].Split('.');
        return parts.Length >= 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            ? new SdkVersion(major, minor)
            : null;
    }

    public bool IsNewerThan(SdkVersion other) => Major > other.Major || (Major == other.Major && Minor > other.Minor);
}
