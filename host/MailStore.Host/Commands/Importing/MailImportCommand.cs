using System.CommandLine;
using System.Globalization;
using MailStore.Host.Admin;
using MailStore.Sdk;
using Spectre.Console;

namespace MailStore.Host.Commands.Importing;

/// <summary><c>mailstore mail import</c>: from a Maildir, an mbox file, or another server by IMAP; run again, it adds only what is missing.</summary>
internal static class MailImportCommand
{
    private const int MostTold = 20;

    public static Command Build()
    {
        var path = new Argument<string>("PATH") { Description = "A Maildir, an mbox file, or imap://USER@HOST[:PORT] (imaps:// with TLS from the start)" };
        var folder = new Option<string?>("--folder") { Description = "The folder for the mails of an mbox file; else the inbox", HelpName = "NAME" };
        var passwordFile = new Option<string?>("--password-file") { Description = $"The file with the password for IMAP; else ${ImapPassword.Variable}", HelpName = "FILE" };
        var command = new Command("import", "Add the mails of another place, with folders, flags and arrival; what the user has already is not added again, and nothing there is changed")
        {
            UserCommands.Name, path, folder, passwordFile,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            new CommandContext(arguments), arguments.GetRequiredValue(UserCommands.Name), arguments.GetRequiredValue(path), arguments.GetValue(folder),
            arguments.GetValue(passwordFile), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string user, string path, string? folder, string? passwordFile, CancellationToken cancellationToken)
    {
        await using var source = await OpenAsync(path, folder, passwordFile, cancellationToken);
        await using var connection = await context.ConnectAsync(cancellationToken);
        // before anything is read: a mistyped name is told at once
        _ = await connection.Client.ShowAsync(user, cancellationToken);
        var temporary = Directory.CreateTempSubdirectory("mailstore-");
        try
        {
            var importer = new MailImporter(connection.Client, user, temporary.FullName);
            if (context.Notes.Profile.Capabilities.Interactive)
                await context.Notes.Status().StartAsync("importing", status => importer.ImportAsync(source, () => status.Status = $"importing: {Text(importer)}", cancellationToken));
            else
                await importer.ImportAsync(source, () => { }, cancellationToken);
            await Console.Error.WriteLineAsync(Text(importer));
            if (importer.LostFolders > 0)
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"mailstore: the mails of {importer.LostFolders} folders came to the inbox, since the user's MDA has no folders of their names"));
            if (source is ImapSource { PassedOver: { Count: > 0 } passedOver })
                await Console.Error.WriteLineAsync($"mailstore: left out, since they show mails of other folders: {string.Join(", ", passedOver)}; a mail that is in none of those is not imported");
            if (importer.Refused.Count == 0)
                return ExitCode.Ok;
            foreach (var refused in importer.Refused.Take(MostTold))
                await Console.Error.WriteLineAsync($"mailstore: not taken: {refused}");
            throw new AdminException(ExitCode.DataError, string.Create(CultureInfo.InvariantCulture,
                $"{importer.Refused.Count} mails were not taken by the MDA of user '{user}', and all others are there; raise its limit and import again, or leave them"));
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    private static string Text(MailImporter importer) => string.Create(
        CultureInfo.InvariantCulture, $"{importer.Added} mails added, {new ByteSize(importer.Bytes)}; {importer.Present} were there already");

    private static async Task<IMailSource> OpenAsync(string path, string? folder, string? passwordFile, CancellationToken cancellationToken)
    {
        if (path.Contains("://", StringComparison.Ordinal))
            return await ImapSource.OpenAsync(path, () => ImapPassword.Read(passwordFile), cancellationToken);
        if (Directory.Exists(path))
        {
            return MaildirSource.IsAt(path)
                ? new MaildirSource(Path.GetFullPath(path))
                : throw new AdminException(ExitCode.NoInput, $"{path} is no Maildir: it has no folders 'cur' and 'new'; name the Maildir itself, or an mbox file");
        }

        try
        {
            return await MboxSource.IsAtAsync(path, cancellationToken)
                ? new MboxSource(Path.GetFullPath(path), folder)
                : throw new AdminException(ExitCode.DataError, $"{path} is no mbox file: it does not begin with 'From '");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AdminException(ExitCode.NoInput, e is FileNotFoundException or DirectoryNotFoundException ? $"there is no {path}" : $"{path} cannot be read: {e.Message}");
        }
    }
}
