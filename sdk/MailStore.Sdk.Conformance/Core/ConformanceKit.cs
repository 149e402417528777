namespace MailStore.Sdk.Conformance;

/// <summary>The kits, one for each kind of module.</summary>
public static class ConformanceKit
{
    /// <summary>For storage formats.</summary>
    public static ConformanceKit<AgentUnderTest> Agents { get; } = new(AgentCases.All);

    /// <summary>For creators.</summary>
    public static ConformanceKit<CreatorUnderTest> Creators { get; } = new(CreatorCases.All);

    /// <summary>For user databases.</summary>
    public static ConformanceKit<UserDatabaseUnderTest> UserDatabases { get; } = new(UserDatabaseCases.All);
}
