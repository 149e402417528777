using System.CommandLine;
using MailStore.Host.Admin;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore demo</c>: the whole way of a few mails, in a temporary folder, told step by step.</summary>
internal static class DemoCommand
{
    private static readonly (string Name, string[] Settings)[] Users =
    [
        ("alice@example.org", []),
        ("bob@example.org", ["quota=1G"]),
        ("carol@example.org", ["path=vip/carol"]),
    ];

    private static readonly DemoMail[] Mails =
    [
        new("welcome.eml", "ada@example.net", ["alice@example.org"]),
        new("umlauts.eml", "juergen@example.net", ["alice@example.org"]),
        new("minutes.eml", "carol.chair@example.net", ["alice+minutes@example.org", "bob@example.org", "carol@example.org", "dave@example.org"]),
        new("short.eml", "", ["carol@example.org"]),
    ];

    public static Command Build()
    {
        var keep = new Option<bool>("--keep") { Description = "Leave the temporary folder, to look into it" };
        var command = new Command("demo", "Show in twenty seconds what this program does: a temporary server, three users, real mails") { keep };
        command.SetAction((arguments, cancellationToken) => RunAsync(new CommandContext(arguments), arguments.GetValue(keep), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, bool keep, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("mailstore-demo-");
        try
        {
            return await RunAsync(context, folder.FullName, cancellationToken);
        }
        finally
        {
            if (keep)
                context.Output.MarkupLineInterpolated($"[dim]The folder stays: {folder.FullName}[/]");
            else
                folder.Delete(recursive: true);
        }
    }

    private static async Task<int> RunAsync(CommandContext context, string folder, CancellationToken cancellationToken)
    {
        var output = context.Output;
        var configuration = DemoConfiguration.In(folder, context.ReadConfiguration().ModulesDirectory);
        using var log = context.CreateLog(LogLevel.Warning);
        var story = new DemoStory(output, folder);
        await using var server = await MailServer.StartAsync(new MailServerOptions(configuration) { Witness = story }, log, TimeProvider.System, cancellationToken);
        using var admin = new AdminClient(AdminServer.SocketPath(configuration.DataDirectory));

        Heading("1. A server");
        output.MarkupLineInterpolated($"LMTP on [blue]{string.Join(", ", server.Listening)}[/], everything in [blue]{folder}[/]");
        output.MarkupLineInterpolated($"Plugins: mda [blue]{configuration.Options.Mda}[/] stores, creator [blue]{configuration.Options.Creator}[/] allocates, userdb [blue]{configuration.Options.Userdb}[/] keeps users");

        Heading("2. Three users: a name, and only what is forced on them");
        foreach (var (name, settings) in Users)
        {
            await foreach (var result in admin.ImportAsync([UserLine.Parse(name, settings, out _)!], cancellationToken))
                output.MarkupLineInterpolated($"mailstore user add [green]{result.Name}[/] {string.Join(' ', settings)}");
        }

        Heading("3. Mails by LMTP; two first mails of alice at the same instant");
        var outcomes = new List<DemoOutcome>();
        var listen = ListenAddressOf(server);
        var first = Mails.Take(2).Select(mail => story.SendAsync(mail, listen, configuration.DataDirectory, cancellationToken)).ToList();
        foreach (var outcome in await Task.WhenAll(first))
            outcomes.AddRange(outcome);
        foreach (var mail in Mails.Skip(2))
            outcomes.AddRange(await story.SendAsync(mail, listen, configuration.DataDirectory, cancellationToken));

        Heading("4. What is on disk");
        output.Write(DemoTree.Of(configuration.DataDirectory));

        Heading("5. Deliveries");
        var table = new Table().Border(TableBorder.Simple).AddColumns("mail", "recipient", "reply", "");
        foreach (var outcome in outcomes)
            table.AddRow(
                Markup.Escape(outcome.Mail), Markup.Escape(outcome.Recipient), $"{outcome.Reply.Code} {outcome.Reply.Enhanced}",
                outcome.Reply.IsPositive ? "[green]stored, durable[/]" : Markup.Escape(outcome.Reply.Text));
        output.Write(table);
        output.MarkupLine("[dim]Each 250 was sent after the mail and its directory were synced: it survives a power cut.[/]");
        output.MarkupLine("[dim]Next: README.md, \"The first quarter of an hour\".[/]");
        return outcomes.Count(outcome => outcome.Reply.IsPositive) == 6 && outcomes.Count == 7 ? ExitCode.Ok : ExitCode.Failed;

        void Heading(string text) => output.MarkupLine($"\n[bold underline]{text}[/]");
    }

    private static ListenAddress ListenAddressOf(MailServer server) =>
        ListenAddress.TryParse(server.Listening[0], out var address, out var error) ? address : throw new InvalidOperationException(error);
}

/// <summary>A mail that the demo sends.</summary>
internal sealed record DemoMail(string File, string Sender, string[] Recipients);

/// <summary>What became of it for one recipient.</summary>
internal sealed record DemoOutcome(string Mail, string Recipient, Reply Reply);
