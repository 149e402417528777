using System.CommandLine;
using MailStore.Host.Admin;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using Spectre.Console;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore user import</c>: all mistakes are told, the good lines are kept.</summary>
internal static class UserImportCommand
{
    public static Command Build()
    {
        var file = new Argument<string>("FILE") { Description = "One user a line, as for 'user add'; '-' for standard input" };
        var json = new Option<bool>("--json") { Description = "The lines are JSON, as 'user list --json' prints them, allocations included" };
        var command = new Command("import", "Add many users; every mistake is told with its line, the good lines are kept") { file, json };
        command.SetAction((arguments, cancellationToken) =>
            RunAsync(new CommandContext(arguments), arguments.GetRequiredValue(file), arguments.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string file, bool json, CancellationToken cancellationToken)
    {
        using var input = Open(file);
        await using var connection = await context.ConnectAsync(cancellationToken);
        await CheckServerAsync(context, connection, cancellationToken);
        var name = file == "-" ? "standard input" : file;
        var (added, present, mistakes, failures, vain) = (0, 0, 0, 0, 0);
        var records = new RecordLines();

        if (context.Notes.Profile.Capabilities.Interactive)
            await context.Notes.Status().StartAsync("importing", status => ImportAsync(() => status.Status = $"importing: {added} users added, {mistakes} mistakes"));
        else
            await ImportAsync(() => { });

        await Console.Error.WriteLineAsync($"{added} users added, {(present > 0 ? $"{present} were there already, " : "")}{mistakes} lines with mistakes");
        if (vain > 0)
            await Console.Error.WriteLineAsync($"mailstore: {vain} of them with settings that do not count, by [policy]; 'mailstore user show' tells which");
        if (records.AreCountersMissing)
            await Console.Error.WriteLineAsync("mailstore: these users come from a database, and no line says how far it has counted ('counters', in the first line of a list): uids may be given twice, and who is removed and added again may get the mail of before");
        // what may be tried again outweighs what must be mended first
        return mistakes == 0 ? ExitCode.Ok : failures > 0 ? ExitCode.TemporaryFailure : ExitCode.DataError;

        async Task ImportAsync(Action progress)
        {
            await foreach (var result in connection.Client.ImportAsync(Changes(input, json ? records.Parse : UserLine.Parse, Tell), cancellationToken))
            {
                vain += result.Warnings is null ? 0 : 1;
                failures += result.ExitCode == ExitCode.TemporaryFailure ? 1 : 0;
                if (result.Error is { } error)
                    Tell(result.Line, error);
                else if (result.WasThere)
                    present++;
                else
                    added++;
                if ((added + present + mistakes) % 1000 == 0)
                    progress();
            }
        }

        void Tell(int line, string mistake)
        {
            mistakes++;
            Console.Error.WriteLine($"{name}({line}): {mistake}");
        }
    }

    private static TextReader Open(string file)
    {
        if (file == "-")
            return Console.In;
        try
        {
            return File.OpenText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AdminException(ExitCode.NoInput, Directory.Exists(file) ? $"{file} is a folder; name a file, or '-' for standard input"
                : e is FileNotFoundException or DirectoryNotFoundException ? $"there is no file {file}; '-' is standard input"
                : $"{file} cannot be read: {e.Message}");
        }
    }

    /// <summary>A running server of another user database would take the users of the one for the other's.</summary>
    private static async Task CheckServerAsync(CommandContext context, AdminConnection connection, CancellationToken cancellationToken)
    {
        if (!connection.IsRemote)
            return;
        var configuration = context.ReadConfiguration();
        await foreach (var module in connection.Client.ListModulesAsync(cancellationToken))
        {
            if (module.Kind == ModuleKind.Userdb.ToText() && module.Instance != configuration.Options.Userdb)
            {
                throw new AdminException(ExitCode.Configuration,
                    $"the running server of {configuration.DataDirectory} has the userdb '{module.Instance}', and the configuration says '{configuration.Options.Userdb}'; restart it, or import with a configuration that has a 'data_dir' of its own");
            }
        }
    }

    private delegate UserChange? LineParser(string line, int number, out string mistake);

    private static IEnumerable<UserChange> Changes(TextReader input, LineParser parse, Action<int, string> tell)
    {
        for (var number = 1; input.ReadLine() is { } line; number++)
        {
            var change = parse(line, number, out var mistake);
            if (mistake.Length > 0)
                tell(number, mistake);
            else if (change is not null)
                yield return change;
        }
    }
}
