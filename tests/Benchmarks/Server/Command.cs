using System.Diagnostics;

namespace MailStore.Benchmarks.Server;

/// <summary>A program that is run to its end.</summary>
internal static class Command
{
    /// <returns>What it printed.</returns>
    /// <exception cref="InvalidOperationException">It failed, or is not there.</exception>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        Process? started;
        try
        {
            started = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException($"{program} cannot be run: {e.Message}", e);
        }

        using var process = started!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await errors}");
    }
}
