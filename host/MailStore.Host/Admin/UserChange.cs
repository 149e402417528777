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

    /// <summary>Whether this is a record as another database has it (<c>user import --json</c>): who is there already just so is no mistake, so that an import can be repeated.</summary>
    public bool IsRecord { get; init; }

    /// <summary>How far that database has counted. The one here goes on from there before it takes this user and those that follow.</summary>
    public CountersView? Counters { get; init; }

    /// <summary>The line of the import, for messages; 0 elsewhere.</summary>
    public int Line { get; init; }
}
