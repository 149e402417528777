namespace MailStore.Host.Admin;

/// <summary>What was asked cannot be done; the message is for the administrator, who sees it without a stack trace.</summary>
/// <param name="exitCode">See <see cref="ExitCode"/>.</param>
internal sealed class AdminException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
