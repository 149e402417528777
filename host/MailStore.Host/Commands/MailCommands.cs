using System.CommandLine;
using System.Text.Json;
using MailStore.Host.Admin;
using MailStore.Host.Commands.Importing;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore mail …</c></summary>
internal static class MailCommands
{
    public static Command Build() => new("mail", "A user's mail through his MDA: list, show, export, import")
    {
        BuildList(),
        BuildShow(),
        MailExportCommand.Build(),
        MailImportCommand.Build(),
    };

    private static Command BuildList()
    {
        var json = GlobalOptions.Json();
        var command = new Command("list", "List a user's mails as they arrived: arrival, size, flags, folder, id") { UserCommands.Name, json };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var connection = await new CommandContext(arguments).ConnectAsync(cancellationToken);
            var form = arguments.GetValue(json) ? (Func<StoredMailView, string>)ToJson : ToText;
            await LineOutput.WriteAsync(connection.Client.ListMailAsync(arguments.GetRequiredValue(UserCommands.Name), cancellationToken), form, cancellationToken);
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

    private static string ToJson(StoredMailView mail) => JsonSerializer.Serialize(mail, AdminJson.Readable.StoredMailView);

    private static string ToText(StoredMailView mail) =>
        $"{mail.Arrival.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}\t{mail.Size}\t{(mail.Flags.Length == 0 ? "-" : mail.Flags)}\t{Plain(mail.Folder ?? "INBOX")}\t{Plain(mail.Id)}";

    // names of folders come from outside: they end no column and no line, and tell a terminal nothing
    private static string Plain(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) : text;
}
