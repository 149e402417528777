namespace MailStore.Sdk.Conformance;

/// <summary>Names of users, which come from outside.</summary>
internal static class NameCases
{
    private static readonly string Long = new('l', 307);

    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        Named("names: ordinary ones that are alike", "alice@example.org", "alice@example.com", "alic@example.org", "alice.example@org", "alicee@xample.org", "alice", "alice@", "@alice", "example.org@alice"),
        Named("names: that lead upwards", "..@..", ".@.", "../..@x", "../../etc@x", "../etc/passwd", "a/../../b@c", "x@../..", "x@..", "..", "."),
        Named("names: with slashes", "a/b@c", "a@b/c", "/a/b@c", "/etc/passwd@x", "b@c/a", "a//b@c", "a/b/@c", "/", "//", "/@/"),
        Named("names: of things that are there", "cur@new", "tmp@new", "passwd", "etc", "data", "mail", "index", ".lock", "mailstore-owner@x", "con@nul", "users@x"),
        Named("names: with dots, spaces and hyphens at their ends", ".alice@x", "alice.@x", "alice..@x", " alice@x", "alice @x", "alice@x ", "alice@x.", "alice@.x", "-alice@x", "--help@x", "alice@x"),
        Named("names: in letter case", "Alice@x", "alice@x", "ALICE@x", "aLICE@x", "\u0130@x", "i\u0307@x", "\u0131@x", "i@x", "I@x", "stra\u00dfe@x", "strasse@x"),
        Named("names: with escapes", "a%2Fb@c", "a%2fb@c", "a/b@c", "a%252Fb@c", "a%b@c", "%@x", "%00@x", "a\\b@c", "a\\\\b@c", "a_b@c", "a=b@c", "a+b@c", "a~1@c", "a&#47;b@c", "a\\u002fb@c"),
        Named("names: with control characters", "al\nice@x", "al\rice@x", "al\tice@x", "al\u0001ice@x", "al\u001bice@x", "al\u007fice@x", "al\u0085ice@x", "al\u2028ice@x", "al\u202eice@x", "alice\n@x", "\n@x", "alice@x\n"),
        Named("names: that mean something elsewhere", "'; drop table mails; --@x", "\"alice\"@x", "*@x", "?@x", "[a]@x", "$HOME@x", "${user}@x", "{local}@{domain}", "~root@x", "a:b@c", ":2,S@x", "a,S=1@x", "a;b@c", "a|b@c", "<a>@x", "a@b@c", "a b@c", "`id`@x", "$(id)@x"),
        Named("names: in Unicode", "\u00fcser@x", "u\u0308ser@x", "user@x", "\u30e6\u30fc\u30b6\u30fc@x", "\ud83d\udc18@x", "\ud83d\udc18\ud83d\udc18@x", "\u200balice@x", "alice@x", "\uff41lice@x", "\u0430lice@x", "\u212b@x", "\u00c5@x", "A\u030a@x"),
        Named("names: of 320 characters", $"{Long}a@example.org", $"{Long}b@example.org", $"{Long}@aexample.org", $"a@{Long}.example.or", $"b@{Long}.example.or", string.Concat(Enumerable.Repeat("/..", 104)) + "@example", $"{new string('\u00fc', 300)}@x", $"{new string('\u00fc', 299)}u@x"),
    ];

    private static ConformanceCase<AgentUnderTest> Named(string name, params string[] users) =>
        AgentCase.Of(name, $"{AgentRequirements.NameFromOutside} {AgentRequirements.NamesAreOrdinal}", world => OwnMailboxAsync(world, users));

    private static async Task OwnMailboxAsync(AgentWorld world, string[] users)
    {
        var host = await world.StartAsync();
        var mailboxes = new List<MailboxUnderTest>();
        foreach (var user in users)
            mailboxes.Add(await host.AddAsync(user));
        var stored = new List<List<DeliveryOutcome>>();
        foreach (var mailbox in mailboxes)
            stored.Add([await mailbox.DeliverAsync(Letters.Plain($"the first mail for '{mailbox.Record.Name}'"))]);
        for (var i = 0; i < mailboxes.Count; i++)
            stored[i].Add(await mailboxes[i].DeliverAsync(Letters.Plain($"the second mail for '{mailboxes[i].Record.Name}'")));

        world.ExpectNothingOutside();
        for (var i = 0; i < mailboxes.Count; i++)
            await mailboxes[i].ExpectAsync(stored[i], stored.Where(others => others != stored[i]).SelectMany(others => others));
    }
}
