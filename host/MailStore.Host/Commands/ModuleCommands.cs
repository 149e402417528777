using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using MailStore.Host.Admin;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using Spectre.Console;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore module …</c></summary>
internal static class ModuleCommands
{
    public static Command Build() => new("module", "Plugins and their modules: what is in modules.d, and what can be set")
    {
        BuildList(),
        BuildDescribe(),
        ModuleVerifyCommand.Build(),
        ModulePeerCommand.Build(),
    };

    private static Command BuildList()
    {
        var json = GlobalOptions.Json();
        var command = new Command("list", "List plugins, their modules and their state; nothing of them is run") { json };
        command.SetAction(arguments =>
        {
            var context = new CommandContext(arguments);
            var configuration = context.ReadConfiguration();
            using var catalog = ModuleCatalog.Open(configuration);
            var rows = catalog.Plugins.SelectMany(plugin => Rows(plugin, configuration)).ToList();
            if (arguments.GetValue(json))
            {
                foreach (var row in rows)
                    Console.Out.WriteLine(row.ToJson().ToJsonString());
                return ExitCode.Ok;
            }

            var table = new Table().Border(TableBorder.Simple).AddColumns("module", "kind", "version", "sdk", "state", "file");
            foreach (var row in rows)
                table.AddRow(new[] { row.Module, row.Kind, row.Version, row.Sdk, row.State, row.File }.Select(Markup.Escape).ToArray());
            context.Output.Write(table);
            foreach (var row in rows.Where(row => row.Reason.Length > 0))
                context.Output.WriteLine($"broken: {row.Reason}");
            foreach (var mistake in catalog.Mistakes)
                Console.Error.WriteLine(mistake);
            return catalog.Mistakes.Count == 0 ? ExitCode.Ok : ExitCode.Configuration;
        });
        return command;
    }

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

    private static IEnumerable<Row> Rows(PluginFile plugin, HostConfiguration configuration)
    {
        var reason = plugin.Problem?.ToString() ?? "";
        if (plugin.Modules.Count == 0)
            return [new Row("-", "-", plugin.Version ?? "-", plugin.SdkVersion ?? "-", "broken", plugin.Path, reason)];
        return plugin.Modules.Select(module =>
        {
            var configured = configuration.Modules.Any(section => section.Kind == module.Kind && section.Module == module.Name);
            var state = plugin.Problem is not null ? "broken" : configured ? "configured" : "available";
            return new Row(module.Name, module.Kind.ToString().ToLowerInvariant(), plugin.Version ?? "-", plugin.SdkVersion ?? "-", state, plugin.Path, reason);
        });
    }

    private sealed record Row(string Module, string Kind, string Version, string Sdk, string State, string File, string Reason)
    {
        public JsonObject ToJson() => new()
        {
            ["module"] = Module,
            ["kind"] = Kind,
            ["version"] = Version,
            ["sdk"] = Sdk,
            ["state"] = State,
            ["file"] = File,
            ["reason"] = Reason,
        };
    }
}
