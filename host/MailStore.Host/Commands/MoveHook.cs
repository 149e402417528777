using System.Diagnostics;
using System.Globalization;
using MailStore.Host.Admin;
using MailStore.Host.Admin.Moving;

namespace MailStore.Host.Commands;

/// <summary>The administrator's command, which tells reading programs that a user's mail is somewhere else now. Run by who runs <c>user move</c>, not by the server.</summary>
internal static class MoveHook
{
    public static async Task RunAsync(string command, string user, MovedPlaces places, CancellationToken cancellationToken)
    {
        var info = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardOutput = true };
        // what comes from outside is in the environment, never in the text of the command
        info.ArgumentList.Add("-c");
        info.ArgumentList.Add(command);
        info.Environment["MAILSTORE_USER"] = user;
        info.Environment["MAILSTORE_OLD_MDA"] = places.FromMda;
        info.Environment["MAILSTORE_OLD_HOME"] = places.FromHome ?? "";
        info.Environment["MAILSTORE_NEW_MDA"] = places.ToMda;
        info.Environment["MAILSTORE_NEW_HOME"] = places.ToHome ?? "";
        using var process = Process.Start(info) ?? throw new AdminException(ExitCode.TemporaryFailure, "the hook could not be started");
        // standard output is for data alone
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (await output is { Length: > 0 } said)
            await Console.Error.WriteAsync(said);
        if (process.ExitCode != 0)
        {
            throw new AdminException(ExitCode.TemporaryFailure, string.Create(CultureInfo.InvariantCulture,
                $"the hook ended with {process.ExitCode} for user '{user}', whose mail goes to the new place already; run the same command again: it runs the hook once more and goes on"));
        }
    }
}
