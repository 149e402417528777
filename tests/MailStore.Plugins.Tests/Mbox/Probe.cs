using System.Diagnostics;

namespace MailStore.Plugins.Tests.Mbox;

/// <summary>Starts the project tests/Probes/MboxProbe, built beside the tests.</summary>
internal static class Probe
{
    public static Process Start(params string[] arguments)
    {
        // …/tests/MailStore.Plugins.Tests/bin/Debug/net10.0/
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var tests = output.Parent!.Parent!.Parent!.Parent!.FullName;
        var probe = Path.Combine(tests, "Probes", "MboxProbe", "bin", output.Parent.Name, output.Name, "MboxProbe.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [probe, .. arguments]) { RedirectStandardOutput = true })!;
    }
}
