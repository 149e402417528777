using MailStore.Host.Commands;

namespace MailStore.Deliver;

/// <summary>The arguments of <c>mailstore deliver</c>, understood in the same way.</summary>
internal sealed record Arguments
{
    /// <summary>By option, or by the environment.</summary>
    public string Sender { get; private init; } = "";

    public IReadOnlyList<string> Recipients { get; private init; } = [];

    /// <summary>What <c>--config</c> named, or null.</summary>
    public string? Configuration { get; private init; }

    public bool Help { get; private init; }

    public bool Version { get; private init; }

    /// <param name="mistake">What is wrong with them; null if nothing is.</param>
    public static Arguments Parse(IReadOnlyList<string> arguments, out string? mistake)
    {
        var parsed = new Arguments();
        var recipients = new List<string>();
        string? sender = null;
        mistake = null;
        var onlyRecipients = false;
        for (var i = 0; i < arguments.Count && mistake is null; i++)
        {
            var argument = arguments[i];
            // an address may begin with a hyphen (behind --, where it is -f or -r), an option has no @ before its value
            if (onlyRecipients || !IsOption(argument))
            {
                recipients.Add(argument);
                continue;
            }

            if (argument == "--")
            {
                onlyRecipients = true;
                continue;
            }

            if (argument is "--help" or "-h" or "-?")
                return parsed with { Help = true };
            if (argument == "--version")
                return parsed with { Version = true };
            var (name, value) = Split(argument);
            if (value is null && i + 1 < arguments.Count)
                value = arguments[++i];
            switch (name)
            {
                case "-f" or "-r" or "--sender" when value is not null:
                    sender = value;
                    break;
                case "--config" when value is not null:
                    parsed = parsed with { Configuration = value };
                    break;
                // the program that stands in for this one has them: it logs, and this one does not
                case "--log-format" or "--log-level" when value is not null:
                    break;
                default:
                    mistake = name is "-f" or "-r" or "--sender" or "--config" or "--log-format" or "--log-level" ? $"option '{name}' needs a value" : $"unknown option '{argument}'";
                    break;
            }
        }

        parsed = parsed with { Sender = EnvelopeVariables.SenderOr(sender), Recipients = EnvelopeVariables.RecipientsOr(recipients) };
        if (mistake is null && parsed.Recipients.Count == 0)
            mistake = "no recipient is named, neither as an argument nor by $RECIPIENT";
        return parsed;
    }

    private static bool IsOption(string argument)
    {
        if (!argument.StartsWith('-'))
            return false;
        var (name, _) = Split(argument);
        return !name.Contains('@', StringComparison.Ordinal);
    }

    private static (string Name, string? Value) Split(string argument)
    {
        // as sendmail has it, with the value attached: -fsender@example.org
        if (argument is ['-', 'f' or 'r', not '=', ..])
            return (argument[..2], argument[2..]);
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }
}
