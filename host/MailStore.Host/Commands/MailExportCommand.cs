using System.CommandLine;
using MailStore.Host.Admin;
using Spectre.Console;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore mail export</c>: to a Maildir or an mbox file; streams.</summary>
internal static class MailExportCommand
{
    public static Command Build()
    {
        var format = Choice.Of("--format", "What is made (mbox: mboxrd)", ExportFormat.Maildir);
        var output = new Option<string>("--output", "-o") { Description = "The folder or file to make; it must not exist", Required = true, HelpName = "PATH" };
        var command = new Command("export", "Write all of a user's mail to a new Maildir or mbox file") { UserCommands.Name, format, output };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            new CommandContext(arguments), arguments.GetRequiredValue(UserCommands.Name), arguments.GetValue(format),
            Path.GetFullPath(arguments.GetRequiredValue(output)), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string user, ExportFormat format, string path, CancellationToken cancellationToken)
    {
        if (Path.Exists(path))
            throw new AdminException(ExitCode.CantCreate, $"{path} exists; name a place that does not");
        if (!Directory.Exists(Path.GetDirectoryName(path)))
            throw new AdminException(ExitCode.CantCreate, $"{path} cannot be made: there is no folder {Path.GetDirectoryName(path)}");
        await using var connection = await context.ConnectAsync(cancellationToken);
        // before anything is made: a mistyped name leaves nothing behind
        _ = await connection.Client.ShowAsync(user, cancellationToken);
        var count = 0;
        try
        {
            await using IMailExport export = format == ExportFormat.Mbox ? new MboxExport(path) : new MaildirExport(path);
            if (context.Notes.Profile.Capabilities.Interactive)
                await context.Notes.Status().StartAsync("exporting", status => ExportAsync(export, () => status.Status = $"exporting: {count} mails"));
            else
                await ExportAsync(export, () => { });
        }
        catch (AdminException) when (count == 0)
        {
            Remove(path);
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AdminException(ExitCode.CantCreate, $"{path} cannot be written: {e.Message}; {count} mails are there");
        }

        await Console.Error.WriteLineAsync($"{count} mails exported to {path}");
        return ExitCode.Ok;

        async Task ExportAsync(IMailExport export, Action progress)
        {
            await foreach (var mail in connection.Client.ListMailAsync(user, cancellationToken))
            {
                try
                {
                    await export.AddAsync(mail, target => connection.Client.CopyMailAsync(user, mail.Id, target, cancellationToken), cancellationToken);
                    count++;
                    progress();
                }
                catch (AdminException e) when (e.ExitCode == ExitCode.DataError)
                {
                    // its owner has removed it since it was listed
                    await Console.Error.WriteLineAsync($"left out: {e.Message}");
                }
            }
        }
    }

    /// <summary>What was just made, and holds nothing.</summary>
    private static void Remove(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        else
            File.Delete(path);
    }

    private enum ExportFormat
    {
        Maildir,
        Mbox,
    }
}
