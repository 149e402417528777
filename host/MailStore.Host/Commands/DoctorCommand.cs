using System.CommandLine;
using MailStore.Host.Admin;
using Spectre.Console;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore doctor</c>: compares records with storage; streams.</summary>
internal static class DoctorCommand
{
    public static Command Build()
    {
        var user = new Argument<string?>("USER") { Description = "Only this user; else all, and what belongs to nobody", Arity = ArgumentArity.ZeroOrOne };
        var repair = new Option<bool>("--repair") { Description = "Mend what can be mended safely. No mail is ever removed" };
        var json = GlobalOptions.Json();
        var command = new Command("doctor", "Compare the records of users with what is stored; exit code 0 if nothing is wrong (any more), 1 if something is") { user, repair, json };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            new CommandContext(arguments), arguments.GetValue(user), arguments.GetValue(repair), arguments.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string? user, bool repair, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await context.ConnectAsync(cancellationToken);
        await using var output = new StreamWriter(Console.OpenStandardOutput());
        var report = new DoctorReport(output, json, repair);
        var lines = connection.Client.ExamineAsync(user, repair, cancellationToken);
        if (context.Notes.Profile.Capabilities.Interactive)
            await context.Notes.Status().StartAsync("looking at users", status => report.WriteAsync(lines, progress => status.Status = progress, cancellationToken));
        else
            await report.WriteAsync(lines, _ => { }, cancellationToken);
        await output.FlushAsync(cancellationToken);
        await Console.Error.WriteLineAsync(report.Summary);
        return report.Left == 0 ? ExitCode.Ok : ExitCode.Failed;
    }
}
