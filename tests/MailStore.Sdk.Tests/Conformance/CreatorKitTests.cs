using MailStore.Sdk.Conformance;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>Does the kit see what is wrong with a creator, and nothing where nothing is?</summary>
public sealed class CreatorKitTests
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";

    [Fact]
    public async Task A_good_creator_keeps_all() => Assert.Empty(await FailuresAsync(CreatorFlaw.None));

    [Theory]
    [InlineData(CreatorFlaw.AllocatesWhoIsAllocated, "create: a record that is complete by now is taken", "another had completed the record, and it was written again", "races:", "unknown", "faults:", "cancellation:", "model:")]
    [InlineData(CreatorFlaw.TakesAnyAllocationForComplete, "create: an incomplete allocation is replaced", "the record is {'alice@example.org', version 11, 'quota'='1G', allocation 'old'", "model:")]
    [InlineData(CreatorFlaw.ReturnsItsOwnRecord, "create: a user without an allocation gets one", "wanted the record as it stands", "create:", "races:", "unknown", "faults:", "cancellation:", "locks:", "model:")]
    [InlineData(CreatorFlaw.OverwritesSettings, "create: settings that change right before the write are kept", "the administrator set quota=2G right before the write", "create: settings that change meanwhile", "create: a user who is removed and added", "model:")]
    [InlineData(CreatorFlaw.WritesOverTheWinner, "races: who comes second takes the winner's, and releases his own", "was written over it; wanted that the first one counts", "create: a record that is complete", "races:", "cancellation: ends the waiting for others", "model:")]
    [InlineData(CreatorFlaw.LeavesTheLoser, "races: who comes second takes the winner's, and releases his own", "after another host was faster, 1 allocations that do not count were not released", "create:", "races: many", "model:")]
    [InlineData(CreatorFlaw.ReleasesTheWinners, "races: who comes second takes the winner's, and releases his own", "counts and was released", "create: a record", "races:", "cancellation: ends the waiting for others", "model:")]
    [InlineData(CreatorFlaw.ReleasesTwice, "races: who comes second takes the winner's, and releases his own", "the creator released an allocation twice", "create:", "races: many", "cancellation: ends the waiting for others", "model:")]
    [InlineData(CreatorFlaw.FailsWithTheRelease, "races: a release that fails does not fail the creation", "CreateAsync threw InvalidOperationException: the kit's MDA cannot release")]
    [InlineData(CreatorFlaw.ReleasesWithoutReading, "unknown outcome: a write that was done counts", "though the database served again; wanted that it reads", "unknown", "faults: the database", "cancellation: at any", "model:")]
    [InlineData(CreatorFlaw.ReportsWhatWasDoneAsFailed, "unknown outcome: a write that was done counts", "though the database served again; wanted that it reads", "model:")]
    [InlineData(CreatorFlaw.TakesAFaultForAMissingUser, "unknown outcome: nothing is released while nobody can tell", "CreateAsync returned null; wanted TemporaryFailureException: it cannot know", "faults: the database", "model:")]
    [InlineData(CreatorFlaw.KeepsTheLockAfterAFault, "faults: the MDA cannot allocate now", "CreateAsync came back and held a lock still", "faults:", "cancellation:", "unknown outcome: nothing", "model:")]
    [InlineData(CreatorFlaw.IgnoresCancellation, "cancellation: ends the waiting for an allocation", "was cancelled while AllocateAsync, which heeds its token, was under way, and did not come back")]
    [InlineData(CreatorFlaw.TrustsTheLock, "locks: one that is lost while allocating", "wanted the allocation of the other one", "races:", "model:")]
    [InlineData(CreatorFlaw.NeedsLocksAndDoesNotSaySo, "requirements: what it does not ask for it does not need", "with a database without locks, of which FindUnmet said nothing, CreateAsync threw InvalidCastException")]
    [InlineData(CreatorFlaw.SaysOneHostAndHasNoGate, "races: many first mails on one host", "after 32 first mails at once on one host, CreateAsync returned", "create: a record that is complete", "cancellation: ends the waiting for others", "model:")]
    public async Task A_flaw_fails_the_case_that_is_about_it(CreatorFlaw flaw, string name, string told, params string[] also) =>
        UserDatabaseKitTests.AssertSeen(await FailuresAsync(flaw), name, told, also);

    private static Task<IReadOnlyDictionary<string, string>> FailuresAsync(CreatorFlaw flaw) => Failures.OfAsync(
        ConformanceKit.Creators,
        CreatorUnderTest.Of(_ => SampleCreator.Of(flaw)),
        // random faults find most flaws, too, and then look for the shortest way to each
        name => flaw == CreatorFlaw.None || Long || !name.StartsWith("model:", StringComparison.Ordinal));
}
