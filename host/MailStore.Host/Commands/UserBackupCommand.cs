using System.CommandLine;
using System.Globalization;
using MailStore.Host.Admin;
using MailStore.Sdk;
using Spectre.Console;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore user backup</c>: a copy of the user database, made while the server runs.</summary>
internal static class UserBackupCommand
{
    public static Command Build()
    {
        var file = new Argument<string>("FILE") { Description = "The file to make, for its owner's eyes only; the userdb's documentation says how to restore it" };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace the file if it exists, once the new one is complete" };
        var command = new Command("backup", "Copy the user database, as it is at one instant, while the server runs") { file, overwrite };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            new CommandContext(arguments), Path.GetFullPath(arguments.GetRequiredValue(file)), arguments.GetValue(overwrite), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string path, bool overwrite, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
            throw new AdminException(ExitCode.CantCreate, $"{path} is a folder; name a file");
        if (Path.Exists(path) && !overwrite)
            throw new AdminException(ExitCode.CantCreate, $"{path} exists; name another file, or say --overwrite");
        await using var connection = await context.ConnectAsync(cancellationToken);
        try
        {
            using var copy = NewFile.Create(path);
            if (context.Notes.Profile.Capabilities.Interactive)
                await context.Notes.Status().StartAsync("copying", status => CopyAsync(copy.Stream, bytes => status.Status = $"copying: {new ByteSize(bytes >> 20 << 20)}"));
            else
                await CopyAsync(copy.Stream, _ => { });
            var length = copy.Stream.Length;
            copy.Keep(overwrite);
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"user database copied to {path}, {length} bytes"));
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AdminException(ExitCode.CantCreate, $"{path} cannot be written: {e.Message}");
        }

        Task CopyAsync(Stream target, Action<long> progress) => connection.Client.BackUpUsersAsync(target, progress, cancellationToken);
    }
}
