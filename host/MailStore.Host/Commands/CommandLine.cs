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
    // in the order of the help
    private static readonly (string Name, Func<Command> Build)[] Commands =
    [
        (ServeCommand.Name, ServeCommand.Build),
        ("demo", DemoCommand.Build),
        (DeliverCommand.Name, DeliverCommand.Build),
        ("user", UserCommands.Build),
        ("module", ModuleCommands.Build),
        ("config", ConfigCommands.Build),
        ("doctor", DoctorCommand.Build),
        ("health", HealthCommand.Build),
        ("mail", MailCommands.Build),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        // whoever makes a file, a module too, makes it for the server's user alone, unless it says otherwise
        _ = Umask.Set(Umask.OwnerOnly);
        var result = Parse(Build(args), args);
        // what is wrong is told by all that there is
        if (result.Errors.Count > 0)
            result = Parse(Build([]), args);
        var name = result.CommandResult.Command.Name;
        var isDelivery = name == DeliverCommand.Name;
        if (result.Errors.Count > 0)
        {
            foreach (var mistake in UsageMistakes.Of(result))
                await Console.Error.WriteLineAsync($"mailstore: {mistake}");
            await Console.Error.WriteLineAsync($"mailstore: '{UsageMistakes.PathOf(result.CommandResult.Command)} --help' says how it is used");
            // a delivery is never bounced for a mistake in the MTA's configuration
            return isDelivery ? ExitCode.TemporaryFailure : ExitCode.Usage;
        }

        using var interruption = new Interruption(isServer: name == ServeCommand.Name, code => isDelivery ? ExitCode.TemporaryFailure : code);
        // a module's own exception faults that module, and the command comes to what it comes to without it
        UnhandledExceptions.Then(ofModule =>
        {
            if (!ofModule)
                interruption.End(ExitCode.TemporaryFailure);
        });
        try
        {
            return await result.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interruption.Token);
        }
        catch (Exception) when (interruption.ExitCode is not null)
        {
            // whatever came of it: it was to end
            return interruption.ExitCode.Value;
        }
        catch (Exception e) when (ExitCodeOf(e) is not null)
        {
            foreach (var line in e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                await Console.Error.WriteLineAsync($"mailstore: {line.TrimEnd('\r')}");
            return isDelivery ? ExitCode.TemporaryFailure : ExitCodeOf(e)!.Value;
        }
        // boundary of the process: MTAs bounce on an exit code that they do not know, and the runtime's for a crash is one
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"mailstore: this should not happen, please report it: {e}");
            return isDelivery ? ExitCode.TemporaryFailure : ExitCode.Software;
        }
    }

    // no response files: an argument such as '@/etc/passwd' may come from whoever sent the mail
    private static System.CommandLine.ParseResult Parse(RootCommand root, string[] args) =>
        root.Parse(WithEmptyValues(args), new ParserConfiguration { ResponseFileTokenReplacer = null });

    /// <summary>The commands that these arguments name, or all if they name none: to build them all takes longer than most commands run.</summary>
    internal static RootCommand Build(string[] args)
    {
        var root = new RootCommand("MailStore stores what a mail server accepts: for each recipient, in the format that the administrator chose.");
        var named = Commands.Where(command => args.Contains(command.Name)).ToList();
        foreach (var (_, build) in named.Count > 0 ? named : [.. Commands])
            root.Add(build());
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
        IOException => ExitCode.InputOutput,
        UnauthorizedAccessException => ExitCode.NoPermission,
        _ => null,
    };

    /// <summary>An option with an empty value, as <c>--sender=</c>: the library would take the next argument for it.</summary>
    private static IReadOnlyList<string> WithEmptyValues(IEnumerable<string> args) =>
        [.. args.SelectMany(argument => argument.StartsWith('-') && argument.EndsWith('=') && argument.AsSpan().IndexOf('=') == argument.Length - 1 ? [argument[..^1], ""] : (string[])[argument])];
}
