using System.CommandLine;
using System.Text.Json.Nodes;
using MailStore.Host.Admin;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore module pin</c>: writes down, in <c>modules.lock</c>, what plugins look like now, so that one that changes is refused.</summary>
internal static class ModulePinCommand
{
    private static readonly Argument<string[]> Names = new("NAME")
    {
        Description = "Plugins, by the names of their folders (or of their DLLs), or of a module of theirs",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<bool> All = new("--all") { Description = "Every plugin that can be used; with --check or --remove, every one that is pinned" };
    private static readonly Option<bool> Check = new("--check") { Description = "Only compare, all that is pinned where nothing is named; exit code 1 if something differs" };
    private static readonly Option<bool> Remove = new("--remove") { Description = "Unpin these plugins: they may change from now on" };
    private static readonly Option<bool> Json = GlobalOptions.Json();

    public static Command Build()
    {
        var command = new Command("pin", $"Write the SHA-256 of each file of a plugin into {ModulesLock.FileName}; the plugin is refused when one differs, is missing or is new")
        {
            Names, All, Check, Remove, Json,
        };
        command.Validators.Add(result =>
        {
            var isNamed = result.GetValue(Names) is { Length: > 0 };
            if (result.GetValue(Check) && result.GetValue(Remove))
                result.AddError("--check and --remove exclude each other");
            else if (isNamed && result.GetValue(All))
                result.AddError("--all and NAME exclude each other");
            else if (!isNamed && !result.GetValue(All) && !result.GetValue(Check))
                result.AddError("name plugins, or say --all");
        });
        command.SetAction(arguments => Run(arguments, new PluginPins(new CommandContext(arguments).ReadConfiguration())));
        return command;
    }

    private static int Run(ParseResult arguments, PluginPins pins)
    {
        var names = arguments.GetValue(Names) ?? [];
        var results = arguments.GetValue(Check) ? pins.Compare(names)
            : arguments.GetValue(Remove) ? pins.Remove(names)
            : pins.Pin(names, TimeProvider.System.GetUtcNow());
        foreach (var result in results)
        {
            if (arguments.GetValue(Json))
                Console.Out.WriteLine(ToJson(result).ToJsonString());
            else
                Console.Out.WriteLine($"{result.Plugin}: {result.State.ToString().ToLowerInvariant()}{(result.Details.Count == 0 ? "" : $": {string.Join(", ", result.Details)}")}");
        }

        var states = results.Select(result => result.State).ToList();
        return states.Contains(PinState.Refused) ? ExitCode.Configuration : states.Contains(PinState.Differs) ? ExitCode.Failed : ExitCode.Ok;
    }

    private static JsonObject ToJson(PinResult result) => new()
    {
        ["plugin"] = result.Plugin,
        ["state"] = result.State.ToString().ToLowerInvariant(),
        ["details"] = new JsonArray([.. result.Details.Select(detail => (JsonNode)detail)]),
        ["pinned"] = result.Pin?.Pinned.UtcDateTime,
        ["version"] = result.Pin?.Version,
        ["sdk"] = result.Pin?.Sdk,
        ["files"] = result.Pin is null ? null : new JsonObject(result.Pin.Files.Select(file => KeyValuePair.Create(file.Key, (JsonNode?)file.Value))),
    };
}
