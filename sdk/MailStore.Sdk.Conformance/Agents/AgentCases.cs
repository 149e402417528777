namespace MailStore.Sdk.Conformance;

/// <summary>All cases for storage formats.</summary>
internal static class AgentCases
{
    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        .. LifeCases.All,
        .. ParseCases.All,
        .. AllocationCases.All,
        .. ReleaseCases.All,
        .. DeliveryCases.All,
        .. FolderCases.All,
        .. ConcurrencyCases.All,
        .. CancellationCases.All,
        .. QuotaCases.All,
        .. NameCases.All,
        .. ReadingCases.All,
        .. ImportCases.All,
        .. ImportFolderCases.All,
        .. ImportFaultCases.All,
        .. FlagCases.All,
        .. RemovingCases.All,
        .. RemovalCases.All,
        .. InspectionCases.All,
        .. AgentModelCases.All,
    ];
}
