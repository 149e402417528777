namespace MailStore.Sdk.Conformance;

/// <summary>What <see cref="IMailbox.DeliverAsync"/> promises of one mail.</summary>
internal static class DeliveryCases
{
    private static readonly TimeSpan LateReading = TimeSpan.FromMilliseconds(100);

    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        AgentCase.Of("delivery: an acknowledged mail is there", AgentRequirements.StoredIsAPromise, IsThereAsync),
        .. Letters.Peculiar.Select(letter =>
            AgentCase.Of($"delivery: {letter.What}", AgentRequirements.ReadAsDelivered, (_, _, mailbox) => InAllFormsAsync(mailbox, letter))),
        AgentCase.Of("delivery: a mail that comes in small pieces", AgentRequirements.ReadAsDelivered, (_, _, mailbox) => AloneAsync(mailbox, Letters.Piecemeal())),
        AgentCase.Of("delivery: a mail of 20 MB", AgentRequirements.ReadAsDelivered, (_, _, mailbox) => AloneAsync(mailbox, Letters.Huge())),
        AgentCase.Of("delivery: the same mail twice", AgentRequirements.StoredId, SameTwiceAsync),
        AgentCase.Of("delivery: a mail is found by its id", AgentRequirements.StoredId, FoundByIdAsync),
        AgentCase.Of("delivery: an id is never given again", AgentRequirements.IdStays, IdsAsync),
        AgentCase.Of("delivery: the time of arrival", AgentRequirements.Arrival, ArrivalAsync),
        AgentCase.Of("delivery: closes the streams that it opened", AgentRequirements.CallerDisposes, ClosesAsync),
        AgentCase.Of("delivery: reads nothing after its end", AgentRequirements.ReadUntilComplete, ReadsNothingLaterAsync),
        AgentCase.Of("delivery: a mail whose stream breaks off", AgentRequirements.UnreadableIsNotStored, BreaksOffAsync),
        AgentCase.Of("delivery: a mail whose stream ends too early", AgentRequirements.UnreadableIsNotStored, EndsEarlyAsync),
    ];

    private static async Task IsThereAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var stored = new List<DeliveryOutcome>();
        foreach (var letter in Letters.Many(5))
        {
            stored.Add(await mailbox.DeliverAsync(letter));
            await mailbox.ExpectAsync(stored);
        }
    }

    private static async Task InAllFormsAsync(MailboxUnderTest mailbox, Letter letter)
    {
        var stored = new List<DeliveryOutcome>();
        foreach (var form in Enum.GetValues<ContentForm>())
            stored.Add(await mailbox.DeliverAsync(letter.As(form)));
        ExpectDifferentIds(stored);
        await mailbox.ExpectAsync(stored);
    }

    private static async Task AloneAsync(MailboxUnderTest mailbox, Letter letter)
    {
        var before = await mailbox.DeliverAsync(Letters.Plain("the mail before"));
        var stored = await mailbox.DeliverAsync(letter);
        var after = await mailbox.DeliverAsync(Letters.Plain("the mail after"));
        await mailbox.ExpectAsync([before, stored, after]);
    }

    private static async Task SameTwiceAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var letter = Letters.Plain("one of two mails of the same bytes") with { HasHeader = false };
        DeliveryOutcome[] stored = [await mailbox.DeliverAsync(letter.Again()), await mailbox.DeliverAsync(letter.Again())];
        ExpectDifferentIds(stored);
        await mailbox.ExpectAsync(stored);
    }

    private static async Task FoundByIdAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        foreach (var letter in Letters.Many(5))
        {
            var stored = await mailbox.DeliverAsync(letter);
            Expect.That(
                (await mailbox.ListAsync()).Any(mail => mail.Id == stored.StoredId),
                $"{letter.What} was Stored as '{stored.StoredId}', but ListAsync lists no mail with this id");
            await using var stream = await mailbox.OpenAsync(stored.StoredId);
            var difference = await ByteComparison.FindDifferenceAsync(letter, stream, world.CancellationToken);
            Expect.That(difference is null, $"OpenAsync of '{stored.StoredId}', the id that {letter.What} was given, opens another mail: {difference}");
        }
    }

    private static async Task IdsAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var stored = new List<DeliveryOutcome>();
        foreach (var letter in Letters.Many(20))
            stored.Add(await mailbox.DeliverAsync(letter));
        await host.StopAsync();
        var again = (await world.StartAsync()).Open(mailbox.Record);
        foreach (var letter in Letters.Many(20, "a mail after a restart"))
            stored.Add(await again.DeliverAsync(letter));
        ExpectDifferentIds(stored);
    }

    private static async Task ArrivalAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var arrivals = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var arrival in (DateTimeOffset[])
            [
                new(2001, 2, 3, 4, 5, 6, 789, TimeSpan.Zero), new(2019, 12, 31, 23, 59, 59, 999, TimeSpan.FromHours(-11)),
                new(2024, 6, 30, 12, 0, 0, TimeSpan.FromHours(5.5)), DateTimeOffset.UtcNow,
            ])
        {
            var stored = await mailbox.DeliverAsync(Letters.Plain($"a mail that arrived at {arrival:O}") with { Arrival = arrival });
            arrivals[stored.StoredId] = arrival;
        }

        foreach (var mail in await mailbox.ListAsync())
        {
            Expect.That(
                arrivals.TryGetValue(mail.Id, out var arrival) && mail.Arrival.ToUnixTimeSeconds() == arrival.ToUnixTimeSeconds(),
                $"a mail that arrived at {arrival:O} is listed as one that arrived at {mail.Arrival:O}");
        }
    }

    private static async Task ClosesAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        foreach (var letter in (Letter[])[Letters.Piecemeal(), Letters.Piecemeal() with { What = "a mail whose stream breaks off", BreakAfter = 5000 }])
        {
            using var posting = new Posting(letter, mailbox.Record.Name);
            var outcome = await mailbox.TryDeliverAsync(posting, letter);
            Expect.That(
                posting.Content.OpenStreams == 0,
                $"DeliverAsync of {letter.What} {outcome}, and left {posting.Content.OpenStreams} stream(s) of Mail.OpenRead undisposed: each is an open file of the host");
        }
    }

    private static async Task ReadsNothingLaterAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        foreach (var form in Enum.GetValues<ContentForm>())
        {
            var letter = Letters.Plain("a mail whose memory is used for other things after its delivery").As(form);
            var posting = new Posting(letter, mailbox.Record.Name);
            DeliveryOutcome outcome;
            using (posting)
                outcome = await mailbox.TryDeliverAsync(posting, letter);
            Expect.That(outcome.IsStored, $"DeliverAsync of {letter.What} {outcome}");
            await Task.Delay(LateReading, world.CancellationToken);
            Expect.That(posting.Content.LateReads == 0, $"a mail was read {posting.Content.LateReads} time(s) after DeliverAsync had given Stored");
            if (mailbox.IsReadable)
                await ExpectReadableAsync(world, mailbox, outcome);
        }
    }

    private static async Task ExpectReadableAsync(AgentWorld world, MailboxUnderTest mailbox, DeliveryOutcome outcome)
    {
        await using var stream = await mailbox.OpenAsync(outcome.StoredId);
        var difference = await ByteComparison.FindDifferenceAsync(outcome.Letter, stream, world.CancellationToken);
        Expect.That(difference is null, $"{outcome.Letter.What} is not read back as it was delivered, so it was read afterwards: {difference}");
    }

    private static async Task BreaksOffAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var whole = Letters.OfSize(20_000, 4, "a mail whose stream breaks off with an IOException") with { Form = ContentForm.Stream, ChunkSize = 1000 };
        await UnreadableAsync(mailbox, ((long[])[0, 1, 10_000, 19_999, 20_000]).Select(at => whole.Again() with { What = $"{whole.What} after {at} of {whole.Length} bytes", BreakAfter = at }));
    }

    private static async Task EndsEarlyAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var whole = Letters.OfSize(20_000, 5, "a mail whose stream ends") with { Form = ContentForm.Stream, ChunkSize = 1000 };
        await UnreadableAsync(mailbox, ((long[])[0, 10_000, 19_999]).Select(at => whole.Again() with { What = $"{whole.What} after {at} of {whole.Length} bytes", EndAfter = at }));
    }

    private static async Task UnreadableAsync(MailboxUnderTest mailbox, IEnumerable<Letter> letters)
    {
        var stored = new List<DeliveryOutcome> { await mailbox.DeliverAsync(Letters.Plain("the mail before")) };
        var refused = new List<DeliveryOutcome>();
        foreach (var letter in letters)
        {
            var outcome = await mailbox.TryDeliverAsync(letter);
            // who knows that all bytes are there need not ask for more
            var isAllRead = letter.BreakAfter == letter.Length;
            Expect.That(isAllRead || !outcome.IsStored, $"DeliverAsync of {letter.What} {outcome}, but the mail is not whole");
            (outcome.IsStored ? stored : refused).Add(outcome);
            stored.Add(await mailbox.DeliverAsync(Letters.Plain($"the mail after {letter.What}")));
        }

        await mailbox.ExpectAsync(stored, refused);
    }

    private static void ExpectDifferentIds(IEnumerable<DeliveryOutcome> stored)
    {
        foreach (var same in stored.GroupBy(outcome => outcome.StoredId, StringComparer.Ordinal).Where(group => group.Count() > 1))
            throw new ConformanceException($"the StoredId '{same.Key}' was given to {same.Count()} mails of one mailbox, the first of them {same.First().Letter.What}");
    }
}
