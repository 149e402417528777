namespace MailStore.Host.Commands;

/// <summary>
/// The envelope where the command line does not name it: variables that MTAs set for a command that they pipe a mail to (Postfix's local, Exim's pipe, OpenSMTPD's mda).
/// </summary>
internal static class EnvelopeVariables
{
    public const string Sender = "SENDER";

    public const string Recipient = "RECIPIENT";

    /// <param name="named">By option; null where none was given.</param>
    public static string SenderOr(string? named) => DeliverVerdict.Bare(named ?? Environment.GetEnvironmentVariable(Sender) ?? "");

    /// <param name="named">As arguments.</param>
    /// <returns>Empty where nobody is named.</returns>
    public static IReadOnlyList<string> RecipientsOr(IReadOnlyList<string> named)
    {
        if (named.Count > 0)
            return [.. named.Select(DeliverVerdict.Bare)];
        return Environment.GetEnvironmentVariable(Recipient) is { Length: > 0 } one ? [DeliverVerdict.Bare(one)] : [];
    }
}
