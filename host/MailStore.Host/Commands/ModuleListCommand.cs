using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MailStore.Host.Admin;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using Spectre.Console;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore module list</c></summary>
internal static class ModuleListCommand
{
    public static Command Build()
    {
        var json = GlobalOptions.Json();
        var command = new Command(
            "list",
            "List plugins, their modules and their states: available, configured, refused (its plugin cannot be used), and of the running server: running, faulted (called no more). Nothing of a plugin is run for it")
        {
            json,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(new CommandContext(arguments), arguments.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, bool json, CancellationToken cancellationToken)
    {
        var configuration = context.ReadConfiguration();
        using var catalog = ModuleCatalog.Open(configuration);
        var running = await AskServerAsync(configuration, cancellationToken);
        var lines = new ModuleInventory(catalog.Plugins, configuration.Modules, running, PluginFingerprint.Of).Lines();
        if (json)
        {
            foreach (var line in lines)
                Console.Out.WriteLine(JsonSerializer.Serialize(line, AdminJson.Readable.ModuleView));
        }
        else
        {
            Write(context.Output, configuration, lines, isServerRunning: running is not null);
        }

        foreach (var mistake in catalog.Mistakes)
            await Console.Error.WriteLineAsync(mistake.ToString());
        return catalog.Mistakes.Count == 0 ? ExitCode.Ok : ExitCode.Configuration;
    }

    /// <returns>Null if no server runs, or if it cannot be asked: what lies in modules.d is worth telling all the same.</returns>
    private static async Task<List<ModuleView>?> AskServerAsync(HostConfiguration configuration, CancellationToken cancellationToken)
    {
        try
        {
            var socket = AdminServer.SocketPath(configuration.DataDirectory);
            if (!AdminServer.IsAlive(socket))
                return null;
            using var client = new AdminClient(socket);
            return await client.ListModulesAsync(cancellationToken).ToListAsync(cancellationToken);
        }
        catch (AdminException e)
        {
            await Console.Error.WriteLineAsync($"mailstore: a server runs, but what it runs is not told here: {e.Message}");
            return null;
        }
    }

    private static void Write(IAnsiConsole output, HostConfiguration configuration, IReadOnlyList<ModuleView> lines, bool isServerRunning)
    {
        output.WriteLine($"plugins in {configuration.ModulesDirectory}; {(isServerRunning ? "a server runs" : "no server runs")}");
        var table = new Table().Border(TableBorder.None);
        foreach (var title in (string[])["module", "kind", "version", "sdk", "state", .. isServerRunning ? (string[])["faults"] : [], "file"])
            table.AddColumn(new TableColumn(title) { Padding = new Padding(0, 0, 2, 0) });
        foreach (var line in lines)
        {
            string[] before = [Escape(NameOf(line)), line.Kind ?? "-", Escape(line.Version), Escape(line.SdkVersion), Coloured(line.State)];
            string[] faults = isServerRunning ? [line.Faults?.ToString(CultureInfo.InvariantCulture) ?? "-"] : [];
            table.AddRow([.. before, .. faults, Escape(Shown(line.File, configuration))]);
        }

        output.Write(table);
        foreach (var line in lines)
            WriteNotes(output, line, configuration);
    }

    private static void WriteNotes(IAnsiConsole output, ModuleView line, HostConfiguration configuration)
    {
        var notes = new List<string>();
        if (line.Reason is { } reason)
            notes.Add($"{line.State}: {reason}");
        if (line.Remedy is { } remedy)
            notes.Add($"to do: {remedy}");
        if (line.LastFault is { } fault && line.Reason?.Contains(fault, StringComparison.Ordinal) != true)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"last fault, {line.LastFaultAt:yyyy-MM-dd HH:mm:ss'Z'}: {fault}"));
        if (line.Hanging > 0)
            notes.Add($"calls that hang: {line.Hanging}");
        if (notes.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine(line.Module is null ? Shown(line.File, configuration) : $"{line.Kind} '{line.Instance ?? line.Module}'");
        foreach (var note in notes)
            output.Write(new Padder(new Text(note), new Padding(2, 0, 0, 0)));
    }

    /// <summary>As in the configuration; of a second instance, with its module.</summary>
    private static string NameOf(ModuleView line) =>
        line.Instance is null || line.Instance == line.Module ? line.Module ?? "-" : $"{line.Instance} ({line.Module})";

    private static string Shown(string file, HostConfiguration configuration) =>
        file.StartsWith(configuration.ModulesDirectory + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? Path.GetRelativePath(configuration.ModulesDirectory, file)
            : file;

    private static string Coloured(string state) => state switch
    {
        ModuleState.Running => $"[green]{state}[/]",
        ModuleState.Faulted or ModuleState.Refused => $"[red]{state}[/]",
        _ => state,
    };

    private static string Escape(string? text) => text is null ? "-" : Markup.Escape(text);
}
