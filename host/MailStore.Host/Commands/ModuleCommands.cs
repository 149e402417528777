using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using MailStore.Host.Admin;
using MailStore.Host.Modules;
using Spectre.Console;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore module …</c></summary>
internal static class ModuleCommands
{
    public static Command Build() => new("module", "Plugins and their modules: what is in modules.d, and what can be set")
    {
        ModuleListCommand.Build(),
        BuildDescribe(),
        ModulePinCommand.Build(),
        ModuleVerifyCommand.Build(),
        ModulePeerCommand.Build(),
    };

    private static Command BuildDescribe()
    {
        var name = new Argument<string>("MODULE") { Description = "A module's name, as 'module list' tells it" };
        var json = GlobalOptions.Json();
        var command = new Command("describe", "Print each option of a module: type, default, what it does") { name, json };
        command.SetAction(arguments =>
        {
            var context = new CommandContext(arguments);
            using var catalog = ModuleCatalog.Open(context.ReadConfiguration());
            foreach (var module in ModuleDescription.Find(catalog, arguments.GetRequiredValue(name)))
            {
                if (arguments.GetValue(json))
                    Console.Out.WriteLine(ToJson(module).ToJsonString());
                else
                    Write(context.Output, module);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static void Write(IAnsiConsole output, ModuleDescription module)
    {
        output.WriteLine($"{module.Kind.ToString().ToLowerInvariant()} '{module.Name}'{(module.Description.Length == 0 ? "" : $": {module.Description}")}");
        if (module.Options.Count == 0)
        {
            output.WriteLine("  it has no options");
            return;
        }

        foreach (var option in module.Options)
        {
            var remarks = string.Concat(
                option.Required ? "; required" : "",
                option.RangeText.Length > 0 ? $"; {option.RangeText}" : "",
                option.IsUserSetting ? "; a domain or a user may set it" : "",
                option.IsAtAllocation ? ", until the user is allocated" : "");
            output.WriteLine($"  {option.Key} = {(option.DefaultText.Length == 0 ? "(none)" : option.DefaultText)}");
            Indented($"{option.TypeText}{remarks}");
            if (option.Description.Length > 0)
                Indented(option.Description);
        }

        void Indented(string text) => output.Write(new Padder(new Text(text), new Padding(6, 0, 0, 0)));
    }

    private static JsonObject ToJson(ModuleDescription module) => new()
    {
        ["module"] = module.Name,
        ["kind"] = module.Kind.ToString().ToLowerInvariant(),
        ["description"] = module.Description,
        ["options"] = new JsonArray([.. module.Options.Select(option => (JsonNode)new JsonObject
        {
            ["key"] = option.Key,
            ["type"] = option.TypeText,
            ["default"] = option.DefaultText,
            ["description"] = option.Description,
            ["required"] = option.Required,
            ["user_setting"] = option.IsUserSetting,
        })]),
    };
}
