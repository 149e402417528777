using MailStore.Probes;
using MailStore.Sdk.Conformance;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>Does the kit see what is wrong with a user database, and nothing where nothing is?</summary>
public sealed class UserDatabaseKitTests
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";

    // what takes longest, and says nothing about most flaws
    private static readonly string[] Slow = ["processes:", "list: two thousand", "list: users come", "reads:", "durability:", "model:"];

    [Fact]
    public async Task A_good_database_of_one_owner_keeps_all() =>
        Assert.Empty(await Failures.OfAsync(ConformanceKit.UserDatabases, new FileModule(shared: false, Flaw.None), _ => true));

    [Fact]
    public async Task A_good_shared_database_keeps_all() =>
        Assert.Empty(await Failures.OfAsync(ConformanceKit.UserDatabases, new FileModule(shared: true, Flaw.None), _ => true));

    [Theory]
    [InlineData("processes: ", false, "has one owner at a time")]
    [InlineData("shared: ", false, "no ISharedUserDatabase")]
    [InlineData("one owner: ", true, "several may have it open")]
    public async Task What_is_not_tried_says_why(string group, bool shared, string reason)
    {
        var module = new FileModule(shared, Flaw.None);
        var name = ConformanceKit.UserDatabases.Names.Last(name => name.StartsWith(group, StringComparison.Ordinal));
        var verdict = await ConformanceKit.UserDatabases.RunAsync(name, module);
        Assert.False(verdict.IsKept);
        Assert.Contains(reason, verdict.Remark, StringComparison.Ordinal);
    }

    /// <param name="flaw">What is wrong.</param>
    /// <param name="name">The case that is about it.</param>
    /// <param name="told">What the author is told.</param>
    /// <param name="also">Cases that stumble over the same flaw: by their beginnings.</param>
    [Theory]
    [InlineData(Flaw.LosesTheVersionCheck, "replace: a stale version is refused", "TryReplaceAsync on version 1 of a record that has version 2 returned {'alice@example.org'", "versions: never used twice, removed", "races:", "model:")]
    [InlineData(Flaw.ReusesVersions, "versions: never used twice, removed and added again", "was removed at version 2 and added again with version 1; wanted a greater one", "versions: never used twice after", "races: of replace and remove", "cancellation: a write", "counters:", "processes: killed, all", "model:")]
    [InlineData(Flaw.IgnoresCase, "names: compared ordinally", "before 'Alice@example.org' was added, but others like it, FindAsync", "names: hostile", "list: ordinal", "list: a prefix", "durability: all", "settings: keys", "model:")]
    [InlineData(Flaw.TrimsNames, "names: compared ordinally", "before 'alice@example.org ' was added, but others like it, FindAsync", "names: hostile", "durability: all", "locks: different")]
    [InlineData(Flaw.DropsEmptySettings, "settings: come back exactly", "after TryAddAsync with settings, FindAsync of 'alice@example.org' returned", "settings: replaced", "durability: all", "model:")]
    [InlineData(Flaw.ForgetsTheAllocation, "allocation: comes back exactly", "returned {'alice@example.org', version 1, 'quota'='1G'}; wanted {", "find: the record", "allocation:", "durability: all", "model:")]
    [InlineData(Flaw.ListsIgnoringCase, "list: ordinal order", "wanted ordinal order", "names:", "list: a prefix", "durability: all", "model:")]
    [InlineData(Flaw.TakesThePrefixForAPattern, "list: a prefix is ordinal, and no pattern", "ListAsync with prefix 'a%' listed 'a'", "model:")]
    [InlineData(Flaw.ListsUsersTwice, "list: two thousand users", "more than once; wanted each once", "list: users come")]
    [InlineData(Flaw.CancelledCallFailsTheBatch, "cancellation: one cancelled call fails no other", "a call that nobody cancelled threw", "sequences: a cancelled")]
    [InlineData(Flaw.RepeatsSequencesAfterARestart, "sequences: never twice after a restart", "NextAsync gave 1 after 3, which was given before a restart", "processes: killed, no number", "counters: what is given", "model:")]
    [InlineData(Flaw.ForgetsVersionsOfTheRemoved, "counters: tell all versions, the removed too", "GetCountersAsync told 1, after a user had version 3 and was removed", "counters: a raise among")]
    [InlineData(Flaw.LowersItsCounters, "counters: none is ever lowered", "NextAsync gave 2 after 5, when RaiseCountersAsync had named a lower number")]
    [InlineData(Flaw.RaisesInMemoryOnly, "counters: a raise is durable of its own", "TryAddAsync gave version 1 after RaiseCountersAsync with 1000000 and a restart", "counters: what is given")]
    [InlineData(Flaw.LetsTwoHoldALock, "locks: one holder at a time", "another held it at the same time", "locks:")]
    [InlineData(Flaw.KeepsTheLockOfWhoGaveUp, "locks: waiting is given up by cancellation", "which nobody holds now, did not come back", "locks: cancelled at any")]
    [InlineData(Flaw.DisposesTheLockOfAnother, "locks: disposing twice does nothing", "the one before let go of his for the second time")]
    [InlineData(Flaw.CancelsLostTooEarly, "locks: Lost tells no lie", "Lost was cancelled a moment after LockAsync")]
    [InlineData(Flaw.OpensTwice, "one owner: a second opening is refused", "a second instance over the same place was started: it threw nothing", "processes: a second")]
    [InlineData(Flaw.AcknowledgesBeforeItIsDurable, "processes: killed, all that was acknowledged is there", "is stored, and was killed; then FindAsync returned null", "processes:")]
    public async Task A_flaw_fails_the_case_that_is_about_it(Flaw flaw, string name, string told, params string[] also) =>
        AssertSeen(await FailuresAsync(false, flaw, name), name, told, also);

    internal static async Task<IReadOnlyDictionary<string, string>> FailuresAsync(bool shared, Flaw flaw, string name) => await Failures.OfAsync(
        ConformanceKit.UserDatabases,
        new FileModule(shared, flaw),
        candidate => Long || candidate == name || (!shared && !Slow.Any(slow => candidate.StartsWith(slow, StringComparison.Ordinal))));

    internal static void AssertSeen(IReadOnlyDictionary<string, string> failures, string name, string told, string[] also)
    {
        Assert.Contains(told, Assert.Contains(name, failures), StringComparison.Ordinal);
        Assert.DoesNotContain(failures.Keys, other => other != name && !also.Any(start => other.StartsWith(start, StringComparison.Ordinal)));
    }
}
