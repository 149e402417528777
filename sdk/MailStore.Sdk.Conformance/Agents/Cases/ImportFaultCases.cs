namespace MailStore.Sdk.Conformance;

/// <summary>Imports of mails that cannot be read, and imports that are given up.</summary>
internal static class ImportFaultCases
{
    private const int Tries = 30;

    private static readonly TimeSpan LateReading = TimeSpan.FromMilliseconds(100);

    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        AgentCase.Of("import: unreadable mails fail no other", AgentRequirements.ImportAsDelivery, UnreadableAsync),
        AgentCase.Of("import: leaves nothing open, reads nothing later", $"{AgentRequirements.CallerDisposes} {AgentRequirements.ReadUntilComplete}", ClosesAsync),
        AgentCase.Of("import: cancelled before the call", AgentRequirements.CancelledImport, BeforeAsync),
        AgentCase.Of("import: cancelled at any moment", AgentRequirements.CancelledImport, AnyMomentAsync),
        AgentCase.Of("import: a cancellation is heeded soon", AgentRequirements.CancelledImport, SoonAsync),
    ];

    private static async Task UnreadableAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        _ = mailbox.Reading;
        var whole = Letters.OfSize(20_000, 4, "a mail") with { Form = ContentForm.Stream, ChunkSize = 1000 };
        List<DeliveryOutcome> stored = [];
        List<DeliveryOutcome> refused = [];
        for (var round = 0; round < 3; round++)
        {
            Letter[] bad =
            [
                whole.Again() with { What = "a mail whose stream breaks off at its begin", BreakAfter = 0 },
                whole.Again() with { What = "a mail whose stream breaks off", BreakAfter = 10_000, Flags = MailFlags.Seen },
                whole.Again() with { What = "a mail whose stream ends too early", EndAfter = 19_999 },
            ];
            var good = Letters.Many(6, "a sound mail among unreadable ones").ToList();
            Letter[] all = [.. good[..2], bad[0], good[2], bad[1], .. good[3..5], bad[2], good[5]];
            foreach (var outcome in await mailbox.Import.TryImportAsync(all))
            {
                var isBad = bad.Contains(outcome.Letter);
                Expect.That(outcome.Thrown is null, $"ImportAsync with a mail that cannot be read {outcome}");
                Expect.That(!isBad || !outcome.IsStored, $"ImportAsync of {outcome.Letter.What} {outcome}, but the mail is not whole");
                Expect.That(isBad || outcome.IsStored, $"ImportAsync of {outcome.Letter.What} {outcome}: the failure of one mail fails no other");
                (isBad ? refused : stored).Add(outcome);
            }
        }

        await mailbox.ExpectAsync(stored, refused);
    }

    private static async Task ClosesAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        Letter[] letters =
        [
            Letters.Piecemeal(), Letters.Plain("a mail in memory"), Letters.Plain("a mail in pieces").As(ContentForm.Pieces),
            Letters.Piecemeal() with { What = "a mail whose stream breaks off", BreakAfter = 5000 },
        ];
        var postings = letters.Select(letter => new Posting(letter, mailbox.Record.Name)).ToList();
        var outcomes = await mailbox.Import.TryImportAsync(letters, postings);
        foreach (var (posting, outcome) in postings.Zip(outcomes))
        {
            posting.Dispose();
            Expect.That(
                posting.Content.OpenStreams == 0,
                $"ImportAsync of {outcome.Letter.What} {outcome}, and left {posting.Content.OpenStreams} stream(s) of Mail.OpenRead undisposed: each is an open file of the host");
        }

        await Task.Delay(LateReading, world.CancellationToken);
        var late = postings.Sum(posting => posting.Content.LateReads);
        Expect.That(late == 0, $"mails were read {late} time(s) after ImportAsync had come back");
        await mailbox.ExpectIfReadableAsync(outcomes.Where(outcome => outcome.IsStored), outcomes.Where(outcome => !outcome.IsStored));
    }

    private static async Task BeforeAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var outcomes = await mailbox.Import.TryImportAsync(Letters.Many(5, "a mail of a call that was cancelled before"), new CancellationToken(canceled: true));
        Expect.That(outcomes[0].IsCancelled, $"ImportAsync with a token that was cancelled before {outcomes[0]} instead of throwing OperationCanceledException");
        await mailbox.ExpectIfReadableAsync(await mailbox.Import.ImportAsync([Letters.Plain("the mail after")]), outcomes);
    }

    private static async Task AnyMomentAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var letter = Letters.OfSize(20_000, 7, "a mail of a call that was cancelled at some moment") with { ChunkSize = 2000 };
        Letter[] Batch() => [.. Enumerable.Range(0, 6).Select(i => letter.As(i % 2 == 0 ? ContentForm.Stream : ContentForm.Memory) with { Flags = (MailFlags)(16 * (i % 2)) })];
        var outcomes = new List<DeliveryOutcome>();
        var moments = await Moments.MeasureAsync(async _ => outcomes.AddRange(await mailbox.Import.ImportAsync(Batch())));
        for (var i = 0; i < Tries * world.Context.Effort; i++)
        {
            using var cancel = moments.CancelAt(i, Tries);
            outcomes.AddRange(await world.SoonAsync(mailbox.Import.TryImportAsync(Batch(), cancel.Token), "ImportAsync, after its cancellation,"));
        }

        await ExpectAsync(mailbox, outcomes);
    }

    private static async Task SoonAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(world.CancellationToken);
        var begun = new TaskCompletionSource();
        Letter[] letters = [Letters.Plain("a mail beside one that takes very long to read"), Letters.Slow() with { OnRead = _ => begun.TrySetResult() }];
        var import = mailbox.Import.TryImportAsync(letters, cancel.Token);
        await Task.WhenAny(begun.Task, import);
        await cancel.CancelAsync();
        var outcomes = await world.SoonAsync(import, "ImportAsync of a mail that takes very long to read, after its cancellation,");
        Expect.That(!outcomes[1].IsStored, $"ImportAsync of {outcomes[1].Letter.What}, cancelled while it read the mail, {outcomes[1]}");
        await ExpectAsync(mailbox, [.. outcomes, .. await mailbox.Import.ImportAsync([Letters.Plain("the mail after")])]);
    }

    private static async Task ExpectAsync(MailboxUnderTest mailbox, List<DeliveryOutcome> outcomes)
    {
        foreach (var outcome in outcomes)
        {
            Expect.That(
                outcome.IsCancelled || outcome.IsStored || outcome.Result is { Status: DeliveryStatus.TemporaryFailure },
                $"ImportAsync of {outcome.Letter.What} {outcome}; a cancelled import gives what was stored by then as Stored and the rest as TemporaryFailure, or ends in OperationCanceledException where none was");
        }

        await mailbox.ExpectIfReadableAsync(outcomes.Where(outcome => outcome.IsStored), outcomes.Where(outcome => !outcome.IsStored));
    }
}
