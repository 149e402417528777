using System.CommandLine;
using System.Text.Json;
using MailStore.Host.Admin;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore mail …</c></summary>
internal static class MailCommands
{
    public static Command Build() => new("mail", "Read a user's mail back through his MDA: list, show, export")
    {
        BuildList(),
        BuildShow(),
        MailExportCommand.Build(),
    };

    private static Command BuildList()
    {
        var json = GlobalOptions.Json();
        var command = new Command("list", "List a user's mails as they arrived: arrival, size, flags, folder, id") { UserCommands.Name, json };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var connection = await new CommandContext(arguments).ConnectAsync(cancellationToken);
            await using var output = new StreamWriter(Console.OpenStandardOutput());
            await foreach (var mail in connection.Client.ListMailAsync(arguments.GetRequiredValue(UserCommands.Name), cancellationToken))
            {
                var line = arguments.GetValue(json)
                    ? JsonSerializer.Serialize(mail, AdminJson.Readable.StoredMailView)
                    : $"{mail.Arrival.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}\t{mail.Size}\t{(mail.Flags.Length == 0 ? "-" : mail.Flags)}\t{mail.Folder ?? "INBOX"}\t{mail.Id}";
                await output.WriteLineAsync(line.AsMemory(), cancellationToken);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static Command BuildShow()
    {
        var id = new Argument<string>("ID") { Description = "As 'mail list' tells it" };
        var command = new Command("show", "Print a mail, to the byte") { UserCommands.Name, id };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var connection = await new CommandContext(arguments).ConnectAsync(cancellationToken);
            await using var output = Console.OpenStandardOutput();
            await connection.Client.CopyMailAsync(
                arguments.GetRequiredValue(UserCommands.Name), arguments.GetRequiredValue(id), output, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }
}
