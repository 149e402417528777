namespace MailStore.Host.Admin.Importing;

/// <summary>What is said of a mail before it is sent to be imported: a line of JSON, which so many bytes follow.</summary>
internal sealed record ImportedMail(long Size, DateTimeOffset Arrival, Sdk.MailFlags Flags, string? Folder);

/// <summary>What became of it.</summary>
/// <param name="Folder">The folder that it came to be in; null for the inbox.</param>
/// <param name="Error">Null: it is stored.</param>
internal sealed record ImportedMailResult(string? Folder, string? Error, int ExitCode = ExitCode.Ok);

/// <summary>A mail that is there already, by what is in it.</summary>
/// <param name="Content">See <see cref="MailHash"/>; in hexadecimal.</param>
internal sealed record KnownMail(string? Folder, string Content);

/// <summary>The folder that mails come to be in.</summary>
internal sealed record ImportFolder(string? Folder);
