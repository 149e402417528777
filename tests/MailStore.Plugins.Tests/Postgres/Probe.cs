using System.Diagnostics;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>The project tests/Probes/PostgresProbe, built beside the tests.</summary>
internal static class Probe
{
    public static ProcessStartInfo Describe(params string[] arguments)
    {
        // …/tests/MailStore.Plugins.Tests/bin/Debug/net10.0/
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var tests = output.Parent!.Parent!.Parent!.Parent!.FullName;
        var probe = Path.Combine(tests, "Probes", "PostgresProbe", "bin", output.Parent.Name, output.Name, "PostgresProbe.dll");
        var host = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";
        return new ProcessStartInfo(host, [probe, .. arguments]) { RedirectStandardOutput = true, RedirectStandardInput = true };
    }
}
