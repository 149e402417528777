using System.CommandLine;
using System.Globalization;
using MailStore.Host.Admin;
using MailStore.Sdk;
using Spectre.Console;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore mail export</c>: to a Maildir or an mbox file; streams, and leaves all or nothing.</summary>
internal static class MailExportCommand
{
    public static Command Build()
    {
        var format = Choice.Of("--format", "What is made (mbox: mboxrd, one file for all folders)", ExportFormat.Maildir);
        var output = new Option<string>("--output", "-o") { Description = "The folder or file to make; it must not exist, and is there only once it is complete", Required = true, HelpName = "PATH" };
        var command = new Command("export", "Write all of a user's mail, with its arrival and flags, to a new Maildir or mbox file") { UserCommands.Name, format, output };
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
        // before anything is made: a mistyped name is told at once
        _ = await connection.Client.ShowAsync(user, cancellationToken);
        var (count, bytes, inFolders) = (0L, 0L, 0L);
        try
        {
            using IMailExport export = format == ExportFormat.Mbox ? new MboxExport(path) : new MaildirExport(path);
            if (context.Notes.Profile.Capabilities.Interactive)
                await context.Notes.Status().StartAsync("exporting", status => ExportAsync(export, () => status.Status = $"exporting: {count} mails, {new ByteSize(bytes >> 20 << 20)}"));
            else
                await ExportAsync(export, () => { });
            export.Complete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AdminException(ExitCode.CantCreate, $"{path} cannot be written: {e.Message}; nothing is left of it");
        }

        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{count} mails exported to {path}"));
        if (format == ExportFormat.Mbox && inFolders > 0)
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{inFolders} of them were in folders, which an mbox file does not have; --format maildir keeps them"));
        return ExitCode.Ok;

        async Task ExportAsync(IMailExport export, Action progress)
        {
            await foreach (var mail in connection.Client.ListMailAsync(user, cancellationToken))
            {
                try
                {
                    await AddAsync(export, mail);
                }
                catch (AdminException e) when (e.ExitCode == ExitCode.DataError)
                {
                    // its owner has removed it since it was listed
                    await Console.Error.WriteLineAsync($"left out: {e.Message}");
                    continue;
                }

                (count, bytes, inFolders) = (count + 1, bytes + mail.Size, inFolders + (mail.Folder is null ? 0 : 1));
                progress();
            }
        }

        async Task AddAsync(IMailExport export, StoredMailView mail)
        {
            Task CopyAsync(Stream target) => connection.Client.CopyMailAsync(user, mail.Id, target, cancellationToken);
            try
            {
                await export.AddAsync(mail, CopyAsync, cancellationToken);
            }
            catch (AdminException e) when (e.ExitCode == ExitCode.TemporaryFailure)
            {
                // removed while it was read, which the second try is told; or else told again what is wrong
                await export.AddAsync(mail, CopyAsync, cancellationToken);
            }
        }
    }

    private enum ExportFormat
    {
        Maildir,
        Mbox,
    }
}
