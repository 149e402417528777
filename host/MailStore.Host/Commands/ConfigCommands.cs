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
            _ = Check(configuration);
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
            ConfigurationWriter.Write(configuration, Check(configuration), Console.Out);
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>The modules of the configuration with the classes of their options.</summary>
    /// <exception cref="ConfigurationException">All mistakes, those in the options of modules included.</exception>
    private static List<(ModuleSection Section, Type? OptionsType)> Check(HostConfiguration configuration)
    {
        using var catalog = ModuleCatalog.Open(configuration);
        var bindings = catalog.Bind();
        var mistakes = Mistake.Sorted(configuration.Mistakes.Concat(catalog.Mistakes));
        return mistakes.Count > 0
            ? throw new ConfigurationException(mistakes)
            : [.. bindings.Select(binding => (binding.Section, binding.Activator.OptionsType))];
    }
}
