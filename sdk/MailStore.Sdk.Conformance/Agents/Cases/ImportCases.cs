namespace MailStore.Sdk.Conformance;

/// <summary>What <see cref="IMailboxImport.ImportAsync"/> promises of mails that nothing is wrong with.</summary>
internal static class ImportCases
{
    private const int Room = 5;

    private static readonly MailFlags[] Flags =
        [MailFlags.None, .. Enum.GetValues<MailFlags>().Where(flag => flag != MailFlags.None), MailFlags.Seen | MailFlags.Answered, MailboxFidelity.Full.Flags];

    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        AgentCase.Of("import: a mail with all that is known of it", AgentRequirements.ImportKeeps, IsKeptAsync),
        AgentCase.Of("import: mails of all shapes", AgentRequirements.ImportKeeps, ShapesAsync),
        AgentCase.Of("import: a full call", AgentRequirements.ImportSize, FullCallAsync),
        AgentCase.Of("import: in the order of arrival", AgentRequirements.ListOrder, ArrivalAsync),
        AgentCase.Of("import: in order within one second", AgentRequirements.ImportOrder, SameSecondAsync),
        AgentCase.Of("import: many calls at once, and deliveries", AgentRequirements.ImportIsThreadSafe, AtOnceAsync),
        AgentCase.Of("import: after a host that was killed", AgentRequirements.ImportIsDurable, KilledAsync),
        AgentCase.Of("import: no quota refuses a mail", AgentRequirements.ImportQuota, NotRefusedAsync),
        AgentCase.Of("import: the usage counts it", AgentRequirements.ImportQuota, CountedAsync),
    ];

    private static async Task IsKeptAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var fidelity = await mailbox.Import.GetFidelityAsync();
        var folders = fidelity.HasFolders ? (string?[])[null, "Lists.Rust"] : [null];
        var first = new DateTimeOffset(2001, 9, 9, 1, 46, 39, TimeSpan.FromHours(2));
        var stored = await mailbox.Import.ImportAsync(folders.SelectMany(folder => Flags.Select((flags, i) =>
            Letters.Plain($"a mail of {ImportUnderTest.Name(folder)} with the flags {flags}") with
            {
                Folder = folder, Flags = flags, Arrival = first.AddDays(i * 700).AddMilliseconds(i * 111), HasHeader = i % 2 == 0, Form = (ContentForm)(i % 3),
            })));
        var astray = stored.FirstOrDefault(outcome => outcome.Result!.Folder != outcome.Letter.Folder);
        Expect.That(astray is null, $"{astray?.Letter.What} was imported into {ImportUnderTest.Name(astray?.Result!.Folder)}, though GetFidelityAsync says that the mailbox has {(fidelity.HasFolders ? "folders" : "none")}");
        await mailbox.Import.ExpectAsync(stored);
        await host.StopAsync();
        await (await world.StartAsync()).Open(mailbox.Record).Import.ExpectAsync(stored);
    }

    private static async Task ShapesAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var stored = new List<DeliveryOutcome>();
        foreach (var form in Enum.GetValues<ContentForm>())
            stored.AddRange(await mailbox.Import.ImportAsync(Letters.Peculiar.Select(letter => letter.As(form))));
        var fidelity = await mailbox.Import.GetFidelityAsync();
        if (!(fidelity.MaxMailSize < Letters.Huge().Size))
            stored.AddRange(await mailbox.Import.ImportAsync([Letters.Huge() with { Flags = MailFlags.Seen }]));
        await mailbox.Import.ExpectAsync(stored);
    }

    private static async Task FullCallAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var stored = await mailbox.Import.ImportAsync(Letters.Many(ImportUnderTest.Most).Select((letter, i) => letter with { Flags = Flags[i % Flags.Length] }));
        await mailbox.Import.ExpectAsync(stored);
    }

    private static async Task ArrivalAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        await ExpectArrivalAsync(mailbox);
        if (!(await mailbox.Import.GetFidelityAsync()).ListsByArrival)
            throw new NotOfferedException("the mailbox lists mails in the order in which they were put in (MailboxFidelity.ListsByArrival)");
        var first = DateTimeOffset.UtcNow.AddDays(-30);
        int[] days = [3, 1, 4, 0, 5, 2];
        var stored = new List<DeliveryOutcome>();
        foreach (var half in days.Chunk(3))
            stored.AddRange(await mailbox.Import.ImportAsync(half.Select(day => Letters.Plain($"a mail of day {day}") with { Arrival = first.AddDays(day) })));
        await ExpectListedAsync(mailbox, stored.OrderBy(outcome => outcome.Letter.Arrival), "mails that were imported in another order");
    }

    private static async Task SameSecondAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        await ExpectArrivalAsync(mailbox);
        var arrival = DateTimeOffset.FromUnixTimeSeconds(1_234_567_890);
        var stored = new List<DeliveryOutcome>();
        for (var call = 1; call <= 4; call++)
        {
            // as when a mover was killed and runs again, perhaps on another host
            if (call == 3)
            {
                await host.StopAsync();
                mailbox = (await world.StartAsync()).Open(mailbox.Record);
            }

            stored.AddRange(await mailbox.Import.ImportAsync(
                Letters.Many(40, $"a mail of call no. {call}, all of one second").Select((letter, i) => letter with { Arrival = arrival, Flags = Flags[i % Flags.Length] })));
        }

        await ExpectListedAsync(mailbox, stored, "mails of the same arrival that were imported");
        await mailbox.Import.ExpectAsync(stored);
    }

    private static async Task AtOnceAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var deliveries = mailbox.DeliverAllAsync(Letters.Many(20 * world.Context.Effort, "a mail that is delivered meanwhile"));
        var imports = await Task.WhenAll(Enumerable.Range(1, 8).Select(call => mailbox.Import.ImportAsync(
            Letters.Many(15 * world.Context.Effort, $"a mail of call no. {call} of 8 at once").Select((letter, i) => letter with { Flags = Flags[i % Flags.Length] }))));
        List<DeliveryOutcome> all = [.. await deliveries, .. imports.SelectMany(outcomes => outcomes)];
        Expect.That(all.Select(outcome => outcome.StoredId).Distinct().Count() == all.Count, "a StoredId was given to two mails of one mailbox");
        await mailbox.Import.ExpectAsync(all);
    }

    private static async Task KilledAsync(AgentWorld world)
    {
        // the first host is never stopped within the case: as if it had been killed
        var mailbox = await (await world.StartAsync()).AddAsync(AgentWorld.Alice);
        List<DeliveryOutcome> stored =
            [.. await mailbox.Import.ImportAsync(Letters.Many(10, "a mail that was imported before the host was killed").Select(letter => letter with { Flags = MailFlags.Seen }))];
        var survivor = (await world.StartAnotherAsync()).Open(mailbox.Record);
        await survivor.Import.ExpectAsync(stored);
        stored.AddRange(await survivor.Import.ImportAsync(Letters.Many(10, "a mail that was imported afterwards")));
        await survivor.Import.ExpectAsync(stored);
    }

    private static async Task NotRefusedAsync(AgentWorld world)
    {
        if (!world.Context.Module.HasQuota)
            throw new NotOfferedException("the kit was told no setting by which it can limit a mailbox (AgentUnderTest.HasQuota)");
        var letters = Enumerable.Range(1, Room * 2).Select(i => Letters.OfSize(4000, i, $"mail no. {i} for a mailbox with room for {Room}")).ToList();
        var limit = new ByteSize(Room * letters[0].Size);
        var mailbox = await (await world.StartAsync()).AddAsync(AgentWorld.Alice, limit);
        var stored = await mailbox.Import.ImportAsync(letters);
        var refused = await mailbox.TryDeliverAsync(Letters.OfSize(4000, 99, "a mail that is delivered into the mailbox that an import has filled"));
        Expect.That(refused.Result is { Status: DeliveryStatus.OverQuota }, $"DeliverAsync of {refused.Letter.What} {refused} instead of OverQuota");
        await mailbox.ExpectIfReadableAsync(stored, [refused]);
    }

    private static async Task CountedAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var import = mailbox.Import;
        var usage = mailbox.Usage;
        var delivered = await mailbox.DeliverAsync(Letters.OfSize(3000, 1, "a mail of 3000 bytes"));
        var one = await usage.GetUsageAsync(world.CancellationToken);
        await import.ImportAsync([delivered.Letter.Again(), delivered.Letter.Again()]);
        var three = await usage.GetUsageAsync(world.CancellationToken);
        Expect.That(
            (three.Count, three.Bytes) == (3, 3 * one.Bytes), $"GetUsageAsync counted {one.Bytes} bytes for one mail, and after two like it were imported {three.Bytes} bytes in {three.Count} mails");
    }

    private static async Task ExpectArrivalAsync(MailboxUnderTest mailbox)
    {
        if (!(await mailbox.Import.GetFidelityAsync()).HasArrival)
            throw new NotOfferedException("the mailbox does not keep when mails arrived (MailboxFidelity.HasArrival)");
    }

    private static async Task ExpectListedAsync(MailboxUnderTest mailbox, IEnumerable<DeliveryOutcome> wanted, string what)
    {
        var listed = (await mailbox.ListAsync()).Select(mail => mail.Id).ToList();
        var names = wanted.ToDictionary(outcome => outcome.StoredId, outcome => outcome.Letter.What, StringComparer.Ordinal);
        var at = listed.Zip(names.Keys).TakeWhile(pair => pair.First == pair.Second).Count();
        Expect.That(
            at == names.Count && listed.Count == names.Count,
            $"{what} are listed in the wrong order: in place no. {at + 1} there is {names.GetValueOrDefault(listed.ElementAtOrDefault(at) ?? "", "nothing that was imported")} instead of {names.Values.ElementAtOrDefault(at) ?? "nothing"}");
    }
}
