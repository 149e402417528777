using System.CommandLine;
using System.Text.Json;
using MailStore.Host.Admin;
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
        var name = file == "-" ? "standard input" : file;
        var (added, mistakes, failures) = (0, 0, 0);

        if (context.Notes.Profile.Capabilities.Interactive)
            await context.Notes.Status().StartAsync("importing", status => ImportAsync(() => status.Status = $"importing: {added} users added, {mistakes} mistakes"));
        else
            await ImportAsync(() => { });

        await Console.Error.WriteLineAsync($"{added} users added, {mistakes} lines with mistakes");
        // what may be tried again outweighs what must be mended first
        return mistakes == 0 ? ExitCode.Ok : failures > 0 ? ExitCode.TemporaryFailure : ExitCode.DataError;

        async Task ImportAsync(Action progress)
        {
            await foreach (var result in connection.Client.ImportAsync(Changes(input, json, Tell), cancellationToken))
            {
                failures += result.ExitCode == ExitCode.TemporaryFailure ? 1 : 0;
                if (result.Error is { } error)
                    Tell(result.Line, error);
                else
                    added++;
                if ((added + mistakes) % 1000 == 0)
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

    private static IEnumerable<UserChange> Changes(TextReader input, bool json, Action<int, string> tell)
    {
        for (var number = 1; input.ReadLine() is { } line; number++)
        {
            var change = json ? FromJson(line, number, out var mistake) : UserLine.Parse(line, number, out mistake);
            if (mistake.Length > 0)
                tell(number, mistake);
            else if (change is not null)
                yield return change;
        }
    }

    private static UserChange? FromJson(string line, int number, out string mistake)
    {
        mistake = "";
        if (string.IsNullOrWhiteSpace(line))
            return null;
        try
        {
            var user = JsonSerializer.Deserialize(line, AdminJson.Default.UserView);
            if (user is null or { Name: null } or { Settings: null } or { Allocation: { Id: null } or { Mda: null } or { Values: null } }
                || user.Settings.Values.Concat(user.Allocation?.Values.Values ?? []).Contains(null))
            {
                mistake = "no user in JSON: something in it is null";
                return null;
            }

            return new UserChange { Name = user.Name, Settings = new(user.Settings), Allocation = user.Allocation, Line = number };
        }
        catch (JsonException)
        {
            mistake = "is no user in JSON; a line has the form that 'mailstore user list --json' prints, with a 'name' at least";
            return null;
        }
    }
}
