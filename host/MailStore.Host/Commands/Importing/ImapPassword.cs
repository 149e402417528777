using MailStore.Host.Admin;

namespace MailStore.Host.Commands.Importing;

/// <summary>The password for another server. Never an argument: whoever lists processes would see it.</summary>
internal static class ImapPassword
{
    public const string Variable = "MAILSTORE_IMAP_PASSWORD";

    public static string Read(string? file)
    {
        if (file is null)
        {
            return Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } password
                ? password
                : throw new AdminException(ExitCode.Usage, $"IMAP wants a password; say --password-file FILE, or put it into ${Variable}");
        }

        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AdminException(ExitCode.NoInput, $"the password cannot be read: {e.Message}");
        }
    }
}
