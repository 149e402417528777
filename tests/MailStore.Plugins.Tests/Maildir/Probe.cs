namespace MailStore.Plugins.Tests.Maildir;

/// <summary>The process that allocates and delivers once: tests/Probes/MaildirProbe.</summary>
internal static class Probe
{
    private static readonly string Output = AppContext.BaseDirectory.TrimEnd('/');

    /// <summary>Its assembly, of the configuration that the tests are built in.</summary>
    public static string Path { get; } = Find();

    /// <summary>Runs it under strace.</summary>
    /// <param name="trace">Where strace is to write; calls that another thread's broke in two are whole again in what is returned.</param>
    /// <param name="strace">More arguments of strace.</param>
    /// <param name="arguments">Of the probe.</param>
    /// <returns>The lines of the trace, and what the probe printed.</returns>
    public static async Task<(IReadOnlyList<string> Calls, string Output)> TraceAsync(string trace, string[] strace, params string[] arguments)
    {
        var output = await Shell.RunAsync("strace", ["-f", "-y", "-s", "300", "-o", trace, "-e", "trace=%file,%desc", .. strace, "dotnet", Path, .. arguments]);
        return (StraceLines.Whole(await File.ReadAllLinesAsync(trace)), output);
    }

    private static string Find()
    {
        // from tests/MailStore.Plugins.Tests/bin/Debug/net10.0 to tests/Probes/MaildirProbe/bin/Debug/net10.0
        var configuration = System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(Output))!;
        var path = System.IO.Path.GetFullPath(System.IO.Path.Combine(
            Output, "../../../../Probes/MaildirProbe/bin", configuration, System.IO.Path.GetFileName(Output), "MaildirProbe.dll"));
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} was not built along with the tests");
    }
}
