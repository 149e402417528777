using System.Diagnostics;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary>The program, run as a stranger would run it: what tests/run names, that of the package, which is compiled ahead and starts in two thirds of the time; or else what was built here.</summary>
internal static class MailStoreProgram
{
    private static readonly string? Installed = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_PROGRAM") is { Length: > 0 } folder ? folder : null;

    /// <summary>In which the tests were built.</summary>
    public static readonly string Configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    public static string Path { get; } = Installed is not null
        ? System.IO.Path.Combine(Installed, "mailstore")
        : System.IO.Path.Combine(RepositoryRoot.Path, "host", "MailStore.Host", "bin", Configuration, "net10.0", "mailstore");

    public static string ModulesDirectory { get; } = System.IO.Path.Combine(Installed ?? RepositoryRoot.Path, "modules.d");

    /// <summary>mailstore-deliver as tests/run builds it.</summary>
    public static string NativeDeliver { get; } =
        System.IO.Path.Combine(RepositoryRoot.Path, "host", "MailStore.Deliver", "bin", Configuration, "net10.0", "linux-x64", "publish", "mailstore-deliver");

    /// <summary>Plugins that misbehave or bring old libraries along, built with the tests.</summary>
    public static string FixturePlugin(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "fixtures", "plugins", name);

    public static ProcessStartInfo StartInfo(string directory, IEnumerable<string> arguments) => StartInfo(Path, directory, arguments);

    public static ProcessStartInfo StartInfo(string program, string directory, IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo(program)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        info.Environment["MAILSTORE_CONFIG"] = "";
        info.Environment["NO_COLOR"] = "1";
        info.Environment["COLUMNS"] = "200";
        return info;
    }

    /// <summary>Runs one command to its end.</summary>
    public static Task<CommandResult> RunAsync(string directory, params string[] arguments) => RunAsync(directory, [], arguments);

    public static Task<CommandResult> RunAsync(string directory, byte[] input, string[] arguments) => RunAsync(StartInfo(directory, arguments), input);

    public static async Task<CommandResult> RunAsync(ProcessStartInfo program, byte[] input)
    {
        using var process = Process.Start(program)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // it read no more than it needed
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? 60 : 5));
        await process.WaitForExitAsync(patience.Token);
        return new CommandResult(process.ExitCode, await output, await errors);
    }
}

/// <summary>How a command ended.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    public CommandResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Errors}{Output}");
        return this;
    }

    public void ExitCodeIs(int exitCode) => Assert.True(ExitCode == exitCode, $"exit code {ExitCode}, not {exitCode}: {Errors}{Output}");

    /// <summary>One clear message: no stack trace, and the exit code that belongs to it.</summary>
    public CommandResult FailedClearly(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode}, not {exitCode}: {Errors}{Output}");
        Assert.DoesNotContain("   at ", Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Errors, StringComparison.Ordinal);
        return this;
    }
}
