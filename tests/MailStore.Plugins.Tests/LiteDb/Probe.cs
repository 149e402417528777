using System.Diagnostics;

namespace MailStore.Plugins.Tests.LiteDb;

/// <summary>Starts the project tests/Probes/UserDbProbe, built beside the tests.</summary>
internal static class Probe
{
    public static Process Start(string[] arguments, params string[] wrapper) => Process.Start(Describe(arguments, wrapper))!;

    public static ProcessStartInfo Describe(string[] arguments, params string[] wrapper)
    {
        // …/tests/MailStore.Plugins.Tests/bin/Debug/net10.0/
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var tests = output.Parent!.Parent!.Parent!.Parent!.FullName;
        var probe = Path.Combine(tests, "Probes", "UserDbProbe", "bin", output.Parent.Name, output.Name, "UserDbProbe.dll");
        string[] command = [.. wrapper, Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet", probe, .. arguments];
        return new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardInput = true };
    }

    public static async Task<List<string>> ReadLinesAsync(Process process, Predicate<int> enough)
    {
        var lines = new List<string>();
        while (!enough(lines.Count) && await process.StandardOutput.ReadLineAsync() is { } line)
            lines.Add(line);
        return lines;
    }
}
