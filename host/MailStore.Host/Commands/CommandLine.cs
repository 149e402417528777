using System.CommandLine;
using MailStore.Host.Admin;
using MailStore.Host.Configuration;
using MailStore.Host.Lmtp;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Commands;

/// <summary>The commands of the program, and the place where their errors become one clear message and an exit code of sysexits.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        // no response files: an argument such as '@/etc/passwd' may come from whoever sent the mail
        var result = Build().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Errors.Count > 0)
        {
            foreach (var mistake in UsageMistakes.Of(result))
                await Console.Error.WriteLineAsync($"mailstore: {mistake}");
            await Console.Error.WriteLineAsync($"mailstore: '{UsageMistakes.PathOf(result.CommandResult.Command)} --help' says how it is used");
            // a delivery is never bounced for a mistake in the MTA's configuration
            return result.CommandResult.Command.Name == DeliverCommand.Name ? ExitCode.TemporaryFailure : ExitCode.Usage;
        }

        try
        {
            return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception e) when (ExitCodeOf(e) is not null)
        {
            foreach (var line in e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                await Console.Error.WriteLineAsync($"mailstore: {line.TrimEnd('\r')}");
            return result.CommandResult.Command.Name == DeliverCommand.Name ? ExitCode.TemporaryFailure : ExitCodeOf(e)!.Value;
        }
        // boundary of the process: MTAs bounce on an exit code that they do not know, and the runtime's for a crash is one
        catch (Exception e) when (result.CommandResult.Command.Name == DeliverCommand.Name)
        {
            await Console.Error.WriteLineAsync($"mailstore: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}");
            return ExitCode.TemporaryFailure;
        }
    }

    internal static RootCommand Build()
    {
        var root = new RootCommand("MailStore stores what a mail server accepts: for each recipient, in the format that the administrator chose.")
        {
            ServeCommand.Build(),
            DemoCommand.Build(),
            DeliverCommand.Build(),
            UserCommands.Build(),
            ModuleCommands.Build(),
            ConfigCommands.Build(),
            HealthCommand.Build(),
            MailCommands.Build(),
        };
        foreach (var option in GlobalOptions.All)
            root.Add(option);
        return root;
    }

    private static int? ExitCodeOf(Exception e) => e switch
    {
        AdminException admin => admin.ExitCode,
        ConfigurationException or ModuleConfigurationException => ExitCode.Configuration,
        ModuleStartException { InnerException: { } reason } => ExitCodeOf(reason),
        ListenException => ExitCode.Unavailable,
        TemporaryFailureException or ModuleFaultException => ExitCode.TemporaryFailure,
        OperationCanceledException => ExitCode.TemporaryFailure,
        // of a file that was named, or of standard output: 'mailstore user list | head'
        IOException or UnauthorizedAccessException => ExitCode.InputOutput,
        _ => null,
    };
}
