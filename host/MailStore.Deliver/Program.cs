using System.Reflection;
using MailStore.Deliver;
using MailStore.Host.Admin;
using MailStore.Host.Commands;
using MailStore.Host.Configuration;
using MailStore.Sdk;

const string Help = """
    mailstore-deliver: hands one mail from standard input over to the running MailStore server, as an MTA's pipe transport.

    Usage:
      mailstore-deliver [-f SENDER] [--config FILE] [RECIPIENT...]

      RECIPIENT                 who gets it; else $RECIPIENT
      -f, -r, --sender SENDER   the envelope's sender, also as -fSENDER; '' or '<>' for none; else $SENDER
      --config FILE             the server's configuration; else $MAILSTORE_CONFIG, ./mailstore.toml, /etc/mailstore/mailstore.toml, or the defaults
      --help, --version

    It finds the server by 'listen' in [lmtp]. Exit codes (sysexits.h): 0 stored, 67 no such user, 77 refused (too large, over quota), 75 try again: also when no
    server runs, where 'mailstore deliver' would deliver by itself. Arguments and exit codes are those of 'mailstore deliver', which takes longer to start.
    """;

var arguments = Arguments.Parse(args, out var mistake);
if (arguments.Help || arguments.Version)
{
    Console.Out.WriteLine(arguments.Help ? Help : Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]);
    return ExitCode.Ok;
}

if (mistake is not null)
{
    Console.Error.WriteLine($"mailstore-deliver: {mistake}; see mailstore-deliver --help");
    // as it is with 'mailstore deliver': an MTA would bounce on 64
    return ExitCode.TemporaryFailure;
}

using var end = new EndBySignal(ExitCode.TemporaryFailure);
try
{
    return await HandOverAsync(end.Token);
}
// whatever goes wrong here, the MTA keeps the mail and tries again
catch (Exception e)
{
    Console.Error.WriteLine($"mailstore-deliver: {(e is TemporaryFailureException or OperationCanceledException ? e.Message : e.ToString())}");
    return ExitCode.TemporaryFailure;
}

async Task<int> HandOverAsync(CancellationToken cancellationToken)
{
    var mistakes = new List<Mistake>();
    var listeners = Listeners.Read(arguments.Configuration, mistakes);
    if (mistakes.Count > 0)
        throw new TemporaryFailureException(string.Join('\n', mistakes));

    var recipients = arguments.Recipients;
    foreach (var address in listeners.Addresses)
    {
        if (LmtpConnector.Connect(address, listeners.DataDirectory) is not { } socket)
            continue;
        await using var server = new LmtpHandover(new SocketStream(socket));
        await using var mail = new InputStream();
        return DeliverVerdict.Report(await server.DeliverAsync(arguments.Sender, recipients, mail, cancellationToken), recipients);
    }

    throw new TemporaryFailureException(
        $"no server listens on {(listeners.Addresses.Count == 0 ? "any address that [lmtp] names" : string.Join(", ", listeners.Addresses))}; start it, or use 'mailstore deliver', which needs none");
}
