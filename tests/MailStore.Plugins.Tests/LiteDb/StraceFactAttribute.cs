using System.ComponentModel;
using System.Diagnostics;

namespace MailStore.Plugins.Tests.LiteDb;

/// <summary>A fact that needs strace, and the right to use it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class StraceFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Obstacle = new(Look);

    public StraceFactAttribute() => Skip = Obstacle.Value;

    private static string? Look()
    {
        try
        {
            using var strace = Process.Start(new ProcessStartInfo("strace", ["-o", "/dev/null", "true"]) { RedirectStandardError = true })!;
            var error = strace.StandardError.ReadToEnd();
            strace.WaitForExit();
            return strace.ExitCode == 0 ? null : $"strace may not trace here: {error.Trim()}";
        }
        catch (Win32Exception)
        {
            return "strace is not installed";
        }
    }
}
