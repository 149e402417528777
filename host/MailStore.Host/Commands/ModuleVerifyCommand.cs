using System.CommandLine;
using MailStore.Host.Admin;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using MailStore.Host.Verification;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore module verify</c>: does a module keep the contract, loaded as <c>serve</c> would load it?</summary>
internal static class ModuleVerifyCommand
{
    private static readonly Argument<string> What = new("NAME|PATH") { Description = "A module or an instance by its name, or the path of a plugin's folder or DLL" };
    private static readonly Option<string[]> Case = new("--case") { Description = "Only cases whose name contains this; may be said more than once", HelpName = "TEXT" };
    private static readonly Option<DirectoryInfo?> Scratch = new("--scratch") { Description = "Where scratch places are made; the system's temporary folder by default", HelpName = "DIR" };
    private static readonly Option<int?> Seed = new("--seed") { Description = "Make the random sequences of a failure again", HelpName = "NUMBER" };
    private static readonly Option<int> Effort = new("--effort") { Description = "How many times longer storms and random sequences go on", HelpName = "NUMBER", DefaultValueFactory = _ => 1 };
    private static readonly Option<bool> Json = GlobalOptions.Json();

    public static Command Build()
    {
        var command = new Command(
            "verify", "See whether a module keeps the contract: loaded as the server would load it, with the configuration's options, in a scratch place; exit code 0 or 1")
        {
            What, Case, Scratch, Seed, Effort, Json,
        };
        Effort.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--effort takes a whole number from 1 up");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var context = new CommandContext(arguments);
        var configuration = context.ReadConfiguration();
        if (configuration.Mistakes.Count > 0)
            throw new ConfigurationException(configuration.Mistakes);
        var targets = VerifyTarget.Find(configuration, arguments.GetRequiredValue(What));

        // the kit provokes what modules complain about; what they say matters only to whoever asks for it
        using var log = context.CreateLog(LogLevel.None);
        using var scratch = ScratchPlace.In(arguments.GetValue(Scratch)?.FullName);
        using var store = new PluginStore(RunFolder.CreateTemporary(), log.CreateLogger("MailStore.Modules"));
        var options = new ConformanceOptions { ScratchDirectory = scratch.Path, Seed = arguments.GetValue(Seed), Effort = arguments.GetValue(Effort) };
        var report = new VerifyReport(context.Output, arguments.GetValue(Json));

        var escaped = UnhandledExceptions.Watch(log, TimeProvider.System);
        // all are loaded before the first is tried, so that a mistake is told at once
        var plugins = targets.Select(target => Load(target, store, log, escaped.Roster)).ToList();
        foreach (var (target, plugin) in targets.Zip(plugins))
        {
            var verifier = Verifier.For(plugin, options, place => ModulePeerCommand.Describe(configuration, target, place));
            await VerifyAsync(target, verifier, arguments.GetValue(Case) ?? [], report, cancellationToken);
        }

        if (escaped.Last is { } last)
        {
            // whichever case it came from: a server would have ended for it
            await Console.Error.WriteLineAsync($"mailstore: {last}");
            return ExitCode.Failed;
        }

        return report.BrokenModules == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task VerifyAsync(VerifyTarget target, Verifier verifier, string[] parts, VerifyReport report, CancellationToken cancellationToken)
    {
        var cases = verifier.Cases.Where(found => parts.Length == 0 || parts.Any(part => found.Name.Contains(part, StringComparison.OrdinalIgnoreCase))).ToList();
        if (cases.Count == 0)
            throw new AdminException(ExitCode.DataError, $"no case for the {target.Module.Kind.ToText()} '{target.Module.Name}' has a name with '{string.Join("', '", parts)}'; without --case all are run");
        report.Begin(target, cases.Count);
        report.Trying(cases[0].Name);
        var number = 0;
        await foreach (var done in verifier.RunAsync(cases, cancellationToken))
        {
            report.Add(done);
            if (++number < cases.Count)
                report.Trying(cases[number].Name);
        }

        report.End();
    }

    private static VerifiedPlugin Load(VerifyTarget target, PluginStore store, ILoggerFactory log, ModuleRoster roster)
    {
        var mistakes = new List<Mistake>();
        if (VerifiedPlugin.Load(store, target.Plugin, target.Module, target.Section, log, roster, mistakes) is not { } plugin)
            throw new AdminException(ExitCode.Failed, $"the {target.Module.Kind.ToText()} '{target.Module.Name}' cannot be used: {string.Join('\n', mistakes)}");
        if (plugin.AbsolutePaths() is { Count: > 0 } paths)
        {
            throw new AdminException(
                ExitCode.Configuration,
                $"the options of {target.Section.Title} lead out of the scratch place: {string.Join(", ", paths)}; name a configuration with relative paths by --config; the kit writes and removes mailboxes of users such as alice@example.org");
        }

        return plugin;
    }
}
