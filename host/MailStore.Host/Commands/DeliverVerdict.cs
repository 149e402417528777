using MailStore.Host.Admin;
using MailStore.Host.Delivery;

namespace MailStore.Host.Commands;

/// <summary>What <c>deliver</c> tells its MTA.</summary>
internal static class DeliverVerdict
{
    /// <summary>One exit code for all: a temporary failure outweighs a permanent one, which outweighs success, so that nothing is lost.</summary>
    public static int Report(IReadOnlyList<Reply> replies, IReadOnlyList<string> recipients)
    {
        var exitCode = ExitCode.Ok;
        for (var i = 0; i < replies.Count; i++)
        {
            var code = ExitCodeOf(replies[i]);
            if (code != ExitCode.Ok)
                Console.Error.WriteLine($"{recipients[i]}: {replies[i]}");
            if (code == ExitCode.TemporaryFailure || exitCode == ExitCode.Ok)
                exitCode = code;
        }

        return exitCode;
    }

    /// <summary>An MTA bounces on all that is not 75, so only the refusals that are meant for the sender count as such.</summary>
    private static int ExitCodeOf(Reply reply) => reply switch
    {
        { IsPositive: true } => ExitCode.Ok,
        { Code: >= 500, Enhanced: "5.1.1" or "5.1.3" or "5.2.1" } => ExitCode.NoUser,
        { Code: >= 500, Enhanced: "5.2.2" or "5.3.4" or "5.4.6" } => ExitCode.NoPermission,
        _ => ExitCode.TemporaryFailure,
    };

    /// <summary>An address as an MTA's macros give it, without angle brackets.</summary>
    public static string Bare(string address) => address.StartsWith('<') && address.EndsWith('>') ? address[1..^1] : address;
}
