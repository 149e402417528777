namespace MailStore.Host.Admin;

/// <summary>What became of one line of an import.</summary>
/// <param name="Error">Null: added, or there already.</param>
/// <param name="ExitCode">What a command ends with that added only this one.</param>
/// <param name="WasThere">Whether the user was there already, just as the line has him.</param>
/// <param name="Warnings">What was written, and does not count; null where all of it does.</param>
internal sealed record ImportResult(int Line, string Name, string? Error, int ExitCode, bool WasThere = false, IReadOnlyList<string>? Warnings = null);
