using System.CommandLine;
using System.Text.Json;
using MailStore.Host.Admin;
using Spectre.Console;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore user test</c></summary>
internal static class UserTestCommand
{
    public static Command Build()
    {
        var address = new Argument<string>("ADDRESS") { Description = "A recipient, as an MTA would give it" };
        var json = GlobalOptions.Json();
        var command = new Command("test", "Say what would happen to a mail: record, MDA, where each setting comes from, place; changes nothing") { address, json };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var context = new CommandContext(arguments);
            await using var connection = await context.ConnectAsync(cancellationToken);
            var report = await connection.Client.TestAsync(arguments.GetRequiredValue(address), cancellationToken);
            if (arguments.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(report, AdminJson.Readable.UserReport));
            else
                Write(context.Output, report);
            return report.Code < 300 ? ExitCode.Ok : report.Code < 500 ? ExitCode.TemporaryFailure : ExitCode.NoUser;
        });
        return command;
    }

    private static void Write(IAnsiConsole output, UserReport report)
    {
        output.WriteLine($"RCPT TO:<{report.Address}>: {report.Reply}");
        output.WriteLine($"user {report.Name}{(report.Detail is null ? "" : $", detail '{report.Detail}'")}");
        if (report.User is not { } user)
            return;
        output.WriteLine($"mda '{user.Mda}', by {report.MdaFrom}");
        output.WriteLine(report.Verdict ?? "");
        if (user.Moving is { } moving)
            output.WriteLine($"being moved: {moving.Text}");
        foreach (var (key, value) in user.Allocation?.Values ?? new Dictionary<string, string>())
            output.WriteLine($"  {key} = {value}, by the allocation");
        foreach (var setting in report.Settings)
            output.WriteLine($"  {setting.Key} = {setting.Text}");
        if (report.Usage is not null)
            output.WriteLine($"holds {report.Usage}");
    }
}
