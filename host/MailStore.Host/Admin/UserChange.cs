namespace MailStore.Host.Admin;

/// <summary>What <c>user add</c>, <c>user set</c> and each line of <c>user import</c> ask for.</summary>
internal sealed record UserChange
{
    public required string Name { get; init; }

    public Dictionary<string, string> Settings { get; init; } = [];

    /// <summary>Keys that are to be dropped from the record.</summary>
    public List<string> Unset { get; init; } = [];

    /// <summary>Only from <c>user import --json</c>: users are moved between databases with what was allocated for them.</summary>
    public AllocationView? Allocation { get; init; }

    /// <summary>The line of the import, for messages; 0 elsewhere.</summary>
    public int Line { get; init; }
}
