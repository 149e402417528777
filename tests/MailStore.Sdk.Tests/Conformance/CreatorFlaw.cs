namespace MailStore.Sdk.Tests.Conformance;

/// <summary>What may be wrong with a <see cref="SampleCreator"/>, one at a time.</summary>
public enum CreatorFlaw
{
    None,
    AllocatesWhoIsAllocated,
    TakesAnyAllocationForComplete,
    ReturnsItsOwnRecord,
    OverwritesSettings,
    WritesOverTheWinner,
    LeavesTheLoser,
    ReleasesTheWinners,
    ReleasesTwice,
    FailsWithTheRelease,
    ReleasesWithoutReading,
    ReportsWhatWasDoneAsFailed,
    TakesAFaultForAMissingUser,
    KeepsTheLockAfterAFault,
    IgnoresCancellation,
    TrustsTheLock,
    NeedsLocksAndDoesNotSaySo,
    SaysOneHostAndHasNoGate,
}
