using System.Diagnostics;

namespace MailStore.Plugins.Tests.Maildir;

/// <summary>Runs other programs.</summary>
internal static class Shell
{
    /// <summary>Runs a program that must succeed, and gives what it printed.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: exit code {process.ExitCode}\n{await output}\n{await errors}");
        return await output;
    }
}
