namespace MailStore.Tests.Servers;

/// <summary>A file system on which a <see cref="PostgresServer"/> keeps its data, and which only some processes see.</summary>
/// <param name="Folder">Where the data is; made by the server.</param>
/// <param name="View">The same folder as the test sees it.</param>
/// <param name="Inside">What goes before a command that is to see it.</param>
internal sealed record PostgresDisk(string Folder, string View, string[] Inside);
