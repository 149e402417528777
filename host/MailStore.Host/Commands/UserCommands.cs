using System.CommandLine;
using System.Text.Json;
using MailStore.Host.Admin;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore user …</c>, but for listing, testing, moving, importing and the backup, which have files of their own.</summary>
internal static class UserCommands
{
    public static readonly Argument<string> Name = new("NAME") { Description = "The user's name: an address without detail, alice@example.org" };

    public static Command Build() => new("user", "Users: add, set, show, list, remove, move, import, back up, and test what would happen to a mail")
    {
        BuildAdd(),
        BuildSet(),
        BuildShow(),
        UserListCommand.Build(),
        BuildRemove(),
        UserMoveCommand.Build(),
        UserImportCommand.Build(),
        UserBackupCommand.Build(),
        UserTestCommand.Build(),
    };

    private static Command BuildAdd()
    {
        var settings = Settings("Settings to force on the user, as quota=1G path=/srv/vip/alice; usually none");
        var command = new Command("add", "Add a user; the first mail completes the record") { Name, settings };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var change = Change(arguments.GetRequiredValue(Name), arguments.GetValue(settings));
            await using var connection = await new CommandContext(arguments).ConnectAsync(cancellationToken);
            await foreach (var result in connection.Client.ImportAsync([change], cancellationToken))
            {
                if (result.Error is { } error)
                    throw new AdminException(result.ExitCode, error);
                await Console.Error.WriteLineAsync($"user '{result.Name}' added{(result.Name.Contains('@', StringComparison.Ordinal) ? "" : "; the name has no domain: only mail for just that name is his")}");
                await WarnAsync(result.Warnings);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static Command BuildSet()
    {
        var settings = Settings("Settings to force on the user");
        var unset = new Option<string[]>("--unset") { Description = "A setting to drop, so that the domain's or the module's counts again", HelpName = "KEY" };
        var command = new Command("set", "Change settings of a user") { Name, settings, unset };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var change = Change(arguments.GetRequiredValue(Name), arguments.GetValue(settings)) with { Unset = [.. arguments.GetValue(unset) ?? []] };
            if (change.Settings.Count + change.Unset.Count == 0)
                throw new AdminException(ExitCode.Usage, "nothing to set; say KEY=VALUE or --unset KEY");
            await using var connection = await new CommandContext(arguments).ConnectAsync(cancellationToken);
            var user = await connection.Client.SetAsync(change, cancellationToken);
            await Console.Error.WriteLineAsync($"user '{user.Name}' changed, version {user.Version}");
            await WarnAsync(user.Warnings);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command BuildShow()
    {
        var json = GlobalOptions.Json();
        var command = new Command("show", "Show a user's record, which settings are in force and by whose word, and what was allocated for him") { Name, json };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var context = new CommandContext(arguments);
            await using var connection = await context.ConnectAsync(cancellationToken);
            var user = await connection.Client.ShowAsync(arguments.GetRequiredValue(Name), cancellationToken);
            if (arguments.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(user, AdminJson.Readable.UserView));
            else
                UserTable.Write(context.Output, user);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command BuildRemove()
    {
        var purge = new Option<bool>("--purge") { Description = "Remove his mail, too" };
        var keep = new Option<bool>("--keep-mail") { Description = "Leave his mail where it is; a user of the same name who is added later does not see it" };
        var command = new Command("remove", "Remove a user") { Name, purge, keep };
        command.Validators.Add(result =>
        {
            if (result.GetValue(purge) && result.GetValue(keep))
                result.AddError("--purge and --keep-mail exclude each other");
        });
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var mail = arguments.GetValue(purge) ? MailRemoval.Purge : arguments.GetValue(keep) ? MailRemoval.Keep : MailRemoval.Unsaid;
            await using var connection = await new CommandContext(arguments).ConnectAsync(cancellationToken);
            await Console.Error.WriteLineAsync(await connection.Client.RemoveAsync(arguments.GetRequiredValue(Name), mail, cancellationToken));
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task WarnAsync(IReadOnlyList<string>? warnings)
    {
        foreach (var warning in warnings ?? [])
            await Console.Error.WriteLineAsync($"mailstore: {warning}");
    }

    private static Argument<string[]> Settings(string description) =>
        new("KEY=VALUE") { Description = description, Arity = ArgumentArity.ZeroOrMore };

    private static UserChange Change(string name, string[]? settings)
    {
        var change = UserLine.Parse(name, settings ?? [], out var mistake);
        return change ?? throw new AdminException(ExitCode.Usage, mistake);
    }
}
