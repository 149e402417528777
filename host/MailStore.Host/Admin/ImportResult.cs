namespace MailStore.Host.Admin;

/// <summary>What became of one line of an import.</summary>
/// <param name="Error">Null: added.</param>
/// <param name="ExitCode">What a command ends with that added only this one.</param>
internal sealed record ImportResult(int Line, string Name, string? Error, int ExitCode);
