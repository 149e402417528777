using System.CommandLine;
using MailStore.Host.Admin;
using MailStore.Host.Admin.Moving;
using MailStore.Sdk;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore user move</c>: to another format or place, while mail flows.</summary>
internal static class UserMoveCommand
{
    private const int UsualParallel = 4;
    private const int MostParallel = 64;

    public static Command Build()
    {
        var words = new Argument<string[]>("USER KEY=VALUE")
        {
            Description = "Who (not with --domain or --all), and settings to force on him, as path=/srv/b/alice; those that decided the old place are dropped",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var mda = new Option<string?>("--mda") { Description = "Where to: the name of an [mda.NAME] table or of a module; else he stays with his own", HelpName = "NAME" };
        var domain = new Option<string?>("--domain") { Description = "All users of a domain", HelpName = "DOMAIN" };
        var all = new Option<bool>("--all") { Description = "All users" };
        var unset = new Option<string[]>("--unset") { Description = "A setting of his to drop", HelpName = "KEY" };
        var keepOld = new Option<bool>("--keep-old") { Description = "Leave the old place as it is; 'mailstore doctor' tells of it from then on" };
        var allowLoss = new Option<bool>("--allow-loss") { Description = "Also where the new place cannot keep folders or flags, or its quota is too small" };
        var abort = new Option<bool>("--abort") { Description = "Give up a move that is under way; after the switch this moves back what has come since" };
        var parallel = new Option<int>("--parallel") { Description = $"Users who are copied at once, up to {MostParallel}", HelpName = "N", DefaultValueFactory = _ => UsualParallel };
        var rate = new Option<string?>("--rate") { Description = "Bytes a second at most, all users together, as 10M", HelpName = "SIZE" };
        var hook = new Option<string?>("--hook") { Description = "A command of the shell to run when mail begins to go to the new place; see README.md", HelpName = "COMMAND" };
        var dry = new Option<bool>("--dry-run") { Description = "Say what would be moved, and do nothing" };
        var json = GlobalOptions.Json();
        var command = new Command("move", "Move users with all their mail to another format or place, while mail flows; run again after anything, it goes on")
        {
            words, mda, domain, all, unset, keepOld, allowLoss, abort, parallel, rate, hook, dry, json,
        };
        parallel.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MostParallel)
                result.AddError($"--parallel takes 1 to {MostParallel}");
        });
        command.Validators.Add(result =>
        {
            if (result.GetValue(rate) is { } text && (!ByteSize.TryParse(text, null, out var size) || size.Bytes < 1))
                result.AddError($"--rate takes a size, as 10M, not '{text}'");
            if (result.GetValue(all) && result.GetValue(domain) is not null)
                result.AddError("--all and --domain exclude each other");
            if (result.GetValue(abort) && (result.GetValue(mda) is not null || result.GetValue(keepOld)))
                result.AddError("--abort leads back to where the mail was: it goes without --mda and --keep-old");
        });
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var isMany = arguments.GetValue(all) || arguments.GetValue(domain) is not null;
            var given = arguments.GetValue(words) ?? [];
            if (!isMany && given.Length == 0)
                throw new AdminException(ExitCode.Usage, "nobody to move; name a user, or say --domain DOMAIN or --all");
            var change = UserLine.Parse("", isMany ? given : given[1..], out var mistake) ?? throw new AdminException(ExitCode.Usage, mistake);
            var request = new MoveRequest
            {
                Name = isMany ? "" : given[0],
                Mda = arguments.GetValue(mda),
                Settings = change.Settings,
                Unset = [.. arguments.GetValue(unset) ?? []],
                KeepOld = arguments.GetValue(keepOld),
                AllowLoss = arguments.GetValue(allowLoss),
                Abort = arguments.GetValue(abort),
                HasHook = arguments.GetValue(hook) is not null,
                IsDry = arguments.GetValue(dry),
                Rate = arguments.GetValue(rate) is { } text ? Math.Max(1, ByteSize.Parse(text).Bytes / (isMany ? arguments.GetValue(parallel) : 1)) : null,
            };
            var context = new CommandContext(arguments);
            await using var connection = await context.ConnectAsync(cancellationToken);
            var crew = new MoveCrew(connection.Client, request, arguments.GetValue(hook), arguments.GetValue(parallel), arguments.GetValue(json), isMany);
            var names = isMany ? await NamesAsync(connection.Client, arguments.GetValue(domain), cancellationToken) : [request.Name];
            await crew.RunAsync(names, context.Notes, cancellationToken);
            return crew.ExitCode;
        });
        return command;
    }

    /// <summary>All of them first: a list that is read as slowly as users move would be a long one to keep open.</summary>
    private static async Task<IReadOnlyList<string>> NamesAsync(AdminClient client, string? domain, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var user in client.ListAsync(null, cancellationToken))
        {
            if (domain is null || user.Name.EndsWith('@' + domain, StringComparison.OrdinalIgnoreCase))
                names.Add(user.Name);
        }

        return names;
    }
}
