using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using MailStore.Host.Admin;
using MailStore.Host.Configuration;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore user list</c>: streams; constant memory.</summary>
internal static partial class UserListCommand
{
    public static Command Build()
    {
        var prefix = new Argument<string?>("PREFIX") { Description = "Only names that start so", Arity = ArgumentArity.ZeroOrOne };
        var json = GlobalOptions.Json();
        var format = Choice.Of("--format", "How users are written (passwd: a 'passwd-file' user database for Dovecot)", ListFormat.Text);
        var command = new Command("list", "List users, a line each") { prefix, json, format };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var form = arguments.GetValue(json) ? ListFormat.Json : arguments.GetValue(format);
            await using var connection = await new CommandContext(arguments).ConnectAsync(cancellationToken);
            var rootHasMail = false;
            await LineOutput.WriteAsync(
                connection.Client.ListAsync(arguments.GetValue(prefix), cancellationToken),
                user =>
                {
                    var line = LineFor(user, form);
                    rootHasMail |= form == ListFormat.Passwd && line?.StartsWith($"{user.Name}::0:", StringComparison.Ordinal) == true;
                    return line;
                },
                cancellationToken);

            if (rootHasMail)
                await Console.Error.WriteLineAsync("mailstore: mail here belongs to root, and Dovecot serves no user of uid 0; run the server as a user of its own, or give uids with first_uid in [mda.NAME]");

            return ExitCode.Ok;
        });
        return command;
    }

    private static string? LineFor(UserView user, ListFormat format) => format switch
    {
        ListFormat.Json => JsonSerializer.Serialize(user, AdminJson.Readable.UserView),
        ListFormat.Passwd => PasswdLine(user),
        _ => UserLine.Format(user.Name, user.Settings.Where(setting => !HostKeys.IsKept(setting.Key))),
    };

    /// <summary>
    /// Dovecot's passwd-file: <c>user:password:uid:gid:gecos:home:shell:extra</c>. Who has no home yet has no line: there is nothing to read.
    /// Without ids of its own the mail belongs to the server's user, who is the one that runs this.
    /// </summary>
    private static string? PasswdLine(UserView user) =>
        // a colon or a line end would forge fields
        user.Home is null || user.Name.AsSpan().ContainsAny(":\n\r") || user.Home.AsSpan().ContainsAny(":\n\r")
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{user.Name}::{user.Uid ?? $"{GetEffectiveUser()}"}:{user.Gid ?? $"{GetEffectiveGroup()}"}::{user.Home}::");

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint GetEffectiveGroup();

    private enum ListFormat
    {
        Text,
        Json,
        Passwd,
    }
}
