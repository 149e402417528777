namespace MailStore.Host.Admin;

/// <summary>Why the admin socket turned a request down.</summary>
internal sealed record ErrorView(int ExitCode, string Error);
