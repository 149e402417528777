namespace MailStore.Sdk.Conformance;

/// <summary>All cases for storage formats.</summary>
internal static class AgentCases
{
    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        .. ParseCases.All,
        .. DeliveryCases.All,
        .. FolderCases.All,
    ];
}
