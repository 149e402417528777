namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>The table of kills.</summary>
public sealed class KillTable() : CutTable("kills");
