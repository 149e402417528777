using System.CommandLine;
using System.Net.Sockets;
using MailStore.Host.Admin;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Commands;

/// <summary>
/// <c>mailstore deliver</c>: an MTA's pipe transport. Hands over to the running server by LMTP; when none runs, delivers in its own process.
/// Its exit code is the MTA's verdict: whatever is not certain is 75, try again.
/// </summary>
internal static class DeliverCommand
{
    public const string Name = "deliver";

    public static Command Build()
    {
        var sender = new Option<string?>("--sender", "-f", "-r") { Description = "The envelope's sender, also as -fSENDER; '' or '<>' for none; else $SENDER", HelpName = "SENDER" };
        var recipients = new Argument<string[]>("RECIPIENT") { Description = "Who gets it; one for each call lets an MTA try each again on its own; else $RECIPIENT", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command(Name, "Deliver one mail from standard input, as an MTA's pipe transport") { sender, recipients };
        // an address may begin with a hyphen, a misspelt option has no @
        command.Validators.Add(result =>
        {
            foreach (var token in result.GetValue(recipients)?.Where(token => token.StartsWith('-') && !token.Contains('@', StringComparison.Ordinal)) ?? [])
                result.AddError($"unknown option '{token}'");
        });
        command.Validators.Add(result =>
        {
            if (EnvelopeVariables.RecipientsOr(result.GetValue(recipients) ?? []).Count == 0)
                result.AddError("no recipient is named, neither as an argument nor by $RECIPIENT");
        });
        command.SetAction(async (arguments, _) =>
        {
            using var end = new EndBySignal(ExitCode.TemporaryFailure);
            return await RunAsync(
                new CommandContext(arguments), EnvelopeVariables.SenderOr(arguments.GetValue(sender)), EnvelopeVariables.RecipientsOr(arguments.GetValue(recipients) ?? []), end.Token);
        });
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string sender, IReadOnlyList<string> recipients, CancellationToken cancellationToken)
    {
        var configuration = context.ReadConfiguration();
        // a file that cannot be read must not send the mail to whoever listens at the default address
        if (configuration is { Root: null, Mistakes.Count: > 0 })
            throw new TemporaryFailureException(string.Join('\n', configuration.Mistakes));
        foreach (var address in configuration.Options.Lmtp.Listen)
        {
            if (!ListenAddress.TryParse(address, out var listen, out _))
                continue;
            if (LmtpConnector.Connect(listen, configuration.DataDirectory) is not { } socket)
                continue;
            await using var server = new LmtpHandover(new NetworkStream(socket, ownsSocket: true));
            return DeliverVerdict.Report(await server.DeliverAsync(sender, recipients, Console.OpenStandardInput(), cancellationToken), recipients);
        }

        CheckUsed(configuration.DataDirectory);
        using var log = context.CreateLog(LogLevel.Warning);
        var options = new MailServerOptions(configuration) { SpeakLmtp = false, ServeAdmin = false };
        await using var own = await MailServer.StartAsync(options, log, TimeProvider.System, cancellationToken);
        return DeliverVerdict.Report(await DeliverHereAsync(own.Delivery, configuration.Options.Lmtp, sender, recipients, cancellationToken), recipients);
    }

    /// <summary>A disk that is not mounted has no users, and would have every mail bounced.</summary>
    private static void CheckUsed(string dataDirectory)
    {
        if (!Directory.Exists(dataDirectory) || !Directory.EnumerateFileSystemEntries(dataDirectory).Any())
            throw new TemporaryFailureException($"no server runs, and the data directory {dataDirectory} is empty or not there; mount its disk, start the server, or set data_dir");
    }

    private static async Task<IReadOnlyList<Reply>> DeliverHereAsync(
        IDelivery delivery, LmtpOptions limits, string sender, IReadOnlyList<string> recipients, CancellationToken cancellationToken)
    {
        var replies = new Reply[recipients.Count];
        var accepted = new List<(int Index, Recipient Recipient)>();
        for (var i = 0; i < recipients.Count; i++)
        {
            var decision = await delivery.ResolveAsync(recipients[i], cancellationToken);
            replies[i] = decision.Reply;
            if (decision.Recipient is { } recipient)
                accepted.Add((i, recipient));
        }

        // nobody wants it: it is not even read
        if (accepted.Count == 0)
            return replies;

        using var content = delivery.CreateBuffer();
        if (!await PipedMailCopy.CopyAsync(Console.OpenStandardInput(), content, limits.MaxMessageSize.Bytes, cancellationToken))
        {
            foreach (var (index, _) in accepted)
                replies[index] = new Reply(552, "5.3.4", $"the mail is larger than the {limits.MaxMessageSize.Bytes} bytes that this server takes");
            return replies;
        }

        var envelope = new MailEnvelope { Sender = sender, ClientName = "localhost", ClientAddress = "local", Protocol = "PIPE" };
        var results = delivery.Start(envelope, [.. accepted.Select(a => a.Recipient)], content, cancellationToken);
        for (var i = 0; i < results.Count; i++)
            replies[accepted[i].Index] = await results[i];
        return replies;
    }
}
