using MailStore.Probes;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>Flaws that a second instance or process brings to light. At once, in a class of their own: they are waited for.</summary>
public sealed class SharedDatabaseKitTests
{
    [Fact]
    public Task A_flaw_among_several_hosts_fails_the_case_that_is_about_it() => Task.WhenAll(
        AssertSeenAsync(Flaw.LocksWithoutExpiry, "processes: the lock of one who was killed is free after the lease", "the holder of the lock was killed, and LockAsync, which waits for it, did not come back; the lease is 4 s", "processes: one who was frozen"),
        AssertSeenAsync(Flaw.NeverCancelsLost, "processes: one who was frozen past the lease learns that the lock is lost", "after it went on its Lost was not cancelled"),
        AssertSeenAsync(Flaw.CachesWhatOthersChange, "shared: what one writes the others see", "after another instance had removed the user, FindAsync returned {", "shared:", "processes:"));

    private static async Task AssertSeenAsync(Flaw flaw, string name, string told, params string[] also) =>
        UserDatabaseKitTests.AssertSeen(await UserDatabaseKitTests.FailuresAsync(true, flaw, name), name, told, also);
}
