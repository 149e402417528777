using System.CommandLine;
using MailStore.Host.Admin;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore config …</c></summary>
internal static class ConfigCommands
{
    public static Command Build() => new("config", "The configuration: check it, show what is in force")
    {
        BuildCheck(),
        BuildShow(),
    };

    private static Command BuildCheck()
    {
        var command = new Command("check", "Tell every mistake in the configuration; nothing starts");
        command.SetAction(arguments =>
        {
            var context = new CommandContext(arguments);
            var configuration = context.ReadConfiguration();
            using var log = context.CreateLog(quiet: true);
            var mistakes = ModuleCatalog.Check(configuration, log);
            foreach (var mistake in mistakes)
                Console.Error.WriteLine(mistake);
            if (mistakes.Count > 0)
                return ExitCode.Configuration;
            Console.Error.WriteLine(configuration.File is { } file ? $"{file} has no mistakes" : "there is no configuration file; the defaults serve");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command BuildShow()
    {
        var command = new Command("show", "Print the configuration in force as TOML, with comments that say where each value came from");
        command.SetAction(arguments =>
        {
            var context = new CommandContext(arguments);
            var configuration = context.ReadConfiguration();
            using var log = context.CreateLog(quiet: true);
            var mistakes = ModuleCatalog.Check(configuration, log);
            if (mistakes.Count > 0)
                throw new ConfigurationException(mistakes);
            ConfigurationWriter.Write(configuration, ModuleCatalog.OptionTypes(configuration, log), Console.Out);
            return ExitCode.Ok;
        });
        return command;
    }
}
