namespace MailStore.Host.Admin;

/// <summary>What became of one line of an import.</summary>
/// <param name="Error">Null: added.</param>
internal sealed record ImportResult(int Line, string Name, string? Error);
