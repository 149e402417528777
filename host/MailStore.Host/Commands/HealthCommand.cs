using System.CommandLine;
using System.Text.Json;
using MailStore.Host.Admin;
using Spectre.Console;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore health</c></summary>
internal static class HealthCommand
{
    public static Command Build()
    {
        var json = GlobalOptions.Json();
        var command = new Command("health", "Say how the running server and its modules are; exit code 0 only if all are well") { json };
        command.SetAction((arguments, cancellationToken) => RunAsync(new CommandContext(arguments), arguments.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, bool json, CancellationToken cancellationToken)
    {
        var configuration = context.ReadConfiguration();
        var socket = AdminServer.SocketPath(configuration.DataDirectory);
        if (!AdminServer.IsAlive(socket))
            throw new AdminException(ExitCode.Unavailable, $"no server runs in {configuration.DataDirectory}; start it with 'mailstore serve'");

        using var client = new AdminClient(socket);
        var health = await client.HealthAsync(cancellationToken);
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(health, AdminJson.Readable.HealthView));
            return health.Healthy ? ExitCode.Ok : ExitCode.Unavailable;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("kind", "module", "state", "message");
        foreach (var module in health.Modules)
        {
            var name = module.Instance == module.Module ? module.Instance : $"{module.Instance} ({module.Module})";
            table.AddRow(module.Kind, Markup.Escape(name), module.Healthy ? "[green]healthy[/]" : "[red]unhealthy[/]", Markup.Escape(module.Message));
        }

        context.Output.MarkupLineInterpolated($"MailStore {health.Version}, process {health.ProcessId}, up {TimeSpan.FromSeconds(Math.Floor(health.UptimeSeconds))}, listening on {string.Join(", ", health.Listening)}");
        context.Output.Write(table);
        return health.Healthy ? ExitCode.Ok : ExitCode.Unavailable;
    }
}
