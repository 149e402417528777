namespace MailStore.Sdk.Conformance;

/// <summary>What <see cref="IStorageInspection"/> promises.</summary>
internal static class InspectionCases
{
    private const int MailsUnderWay = 40;

    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        AgentCase.Of("inspection: what is right has no finding", AgentRequirements.RightHasNoFinding, NothingToFindAsync),
        AgentCase.Of("inspection: while mail is delivered", AgentRequirements.UnderWayIsNoFinding, WhileDeliveringAsync),
        AgentCase.Of("inspection: mail of nobody is told and stays", AgentRequirements.OrphansGoWithoutMail, OrphanedMailAsync),
        AgentCase.Of("inspection: a place of nobody is told, then goes", AgentRequirements.OrphansGoWithoutMail, OrphanAsync),
        AgentCase.Of("inspection: a repair removes no mail", AgentRequirements.RepairKeepsMail, KeepsMailAsync),
    ];

    private static async Task NothingToFindAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var records = new KnownRecords();
        foreach (var name in (string[])["bob@example.org", "Alice@example.org", "a/b@example.org", "..@example.org", "%41@example.org", "änne@müller.example", "x@y@example.org", "nobody"])
        {
            var other = await host.AddAsync(name);
            await other.DeliverAsync(Letters.Plain("a mail for another user"));
            records.Add(other.Record);
        }

        // whose creator died before it wrote his record: his next mail comes to what is there
        var unfinished = await world.NewRecordAsync("new@example.org");
        await host.AllocateAsync(unfinished);
        records.Add(unfinished);
        // without mail
        records.Add(mailbox.Record);
        foreach (var record in records.All.Where(record => record.Allocation is not null))
            ExpectNone(await InspectAsync(world, host, record, repair: false), $"of user '{record.Name}', with whom all is right");
        // an allocation of its own for each attempt may be left over; of those who have one there is none
        var found = await InspectAsync(world, host, records, repair: false);
        ExpectNone([.. found.Where(finding => finding.User != unfinished.Name)], "in a storage in which all is right");
    }

    private static async Task WhileDeliveringAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        _ = Offered(host);
        var delivery = mailbox.DeliverAllAsync(Letters.Many(MailsUnderWay));
        do
            ExpectNone(await InspectAsync(world, host, mailbox.Record, repair: true), "while mails were delivered");
        while (!delivery.IsCompleted);
        await mailbox.ExpectIfReadableAsync(await delivery);
    }

    private static async Task OrphanedMailAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var stored = await mailbox.DeliverAllAsync(Letters.Many(3));
        foreach (var repair in (bool[])[false, true, true])
        {
            var found = await InspectAsync(world, host, new KnownRecords(), repair);
            Expect.That(found.Exists(finding => !finding.IsRepaired), $"InspectPlacesAsync told nothing of the mail of '{mailbox.Record.Name}', of whom there is no record");
            await mailbox.ExpectIfReadableAsync(stored);
        }
    }

    private static async Task OrphanAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var other = await host.AddAsync(AgentWorld.Bob);
        var stored = await other.DeliverAsync(Letters.Plain("a mail for somebody who has a record"));
        var records = new KnownRecords();
        records.Add(other.Record);
        foreach (var repair in (bool[])[false, false, true])
        {
            var found = await InspectAsync(world, host, records, repair);
            Expect.That(found.Count == 1, $"InspectPlacesAsync found {Count(found)} where one user has no record, and no mail");
            Expect.That(found[0].Repair is not null, "what is to be done with a place of nobody, without mail, is not told (Repair)");
            Expect.That(found[0].IsRepaired == repair, repair ? "a place of nobody, without mail, was not removed" : "a finding was repaired though nobody asked for it");
        }

        ExpectNone(await InspectAsync(world, host, records, repair: true), "after what was found was repaired");
        await other.ExpectIfReadableAsync([stored]);
    }

    private static async Task KeepsMailAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var stored = await mailbox.DeliverAllAsync(Letters.Many(3));
        var records = new KnownRecords();
        records.Add(mailbox.Record);
        await InspectAsync(world, host, mailbox.Record, repair: true);
        await InspectAsync(world, host, records, repair: true);
        await mailbox.ExpectIfReadableAsync([.. stored, await mailbox.DeliverAsync(Letters.Plain("a mail after a repair"))]);
        world.ExpectNothingOutside();
    }

    private static IStorageInspection Offered(AgentHost host) => Expect.Offered<IStorageInspection>(host.Agent, "the module cannot inspect its storage (IStorageInspection)");

    private static Task<List<Finding>> InspectAsync(AgentWorld world, AgentHost host, UserRecord record, bool repair)
    {
        world.Context.Step($"InspectUserAsync of '{record.Name}'");
        return ListAsync(Offered(host).InspectUserAsync(world.Context.Module.Bind(record), new Inspection(repair, TimeSpan.Zero), world.CancellationToken));
    }

    private static Task<List<Finding>> InspectAsync(AgentWorld world, AgentHost host, KnownRecords records, bool repair)
    {
        world.Context.Step("InspectPlacesAsync");
        return ListAsync(Offered(host).InspectPlacesAsync(records, new Inspection(repair, TimeSpan.Zero), world.CancellationToken));
    }

    private static async Task<List<Finding>> ListAsync(IAsyncEnumerable<Finding> findings)
    {
        var all = new List<Finding>();
        await foreach (var finding in findings)
        {
            Expect.That(finding is { Kind.Length: > 0, Place.Length: > 0, What.Length: > 0 }, "a finding lacks a kind, a place or what is wrong");
            Expect.That(!finding.IsRepaired || finding.Repair is not null, $"a finding '{finding.Kind}' was repaired, and does not tell how (Repair)");
            all.Add(finding);
        }

        return all;
    }

    private static void ExpectNone(List<Finding> findings, string when) => Expect.That(findings.Count == 0, $"an inspection found {Count(findings)} {when}");

    private static string Count(List<Finding> findings) => findings.Count == 0 ? "nothing" : string.Join("; ", findings.Select(finding => $"'{finding.Kind}' at {finding.Place}: {finding.What}"));

    private sealed class KnownRecords : IUserRecords
    {
        private readonly Dictionary<string, UserRecord> _records = new(StringComparer.Ordinal);

        public IReadOnlyCollection<UserRecord> All => _records.Values;

        public void Add(UserRecord record) => _records[record.Name] = record;

        public ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken) => new(_records.GetValueOrDefault(name));
    }
}
