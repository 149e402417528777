using MailStore.Tests;

namespace MailStore.Plugins.Tests.S3;

/// <summary>A fact that needs the server; skipped where its packages are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RgwFactAttribute : FactAttribute
{
    public RgwFactAttribute(params string[] needs)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if ((CephRgw.Missing ?? needs.FirstOrDefault(need => !path.Any(folder => File.Exists(Path.Combine(folder, need))))) is { } missing)
            Skip = $"needs {missing}";
    }
}
