namespace MailStore.Sdk.Conformance;

/// <summary>Deliveries that are given up.</summary>
internal static class CancellationCases
{
    private const int Tries = 40;

    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        AgentCase.Of("cancellation: before the call", AgentRequirements.CancelledBeforeCommit, BeforeAsync),
        AgentCase.Of("cancellation: at any moment", AgentRequirements.CancelledBeforeCommit, AnyMomentAsync),
        AgentCase.Of("cancellation: while the mail is read", AgentRequirements.CancelledBeforeCommit, WhileReadAsync),
        AgentCase.Of("cancellation: is heeded soon", AgentRequirements.CancelledBeforeCommit, SoonAsync),
        AgentCase.Of("cancellation: what was given up never comes", AgentRequirements.NotStoredIsNeverSeen, NeverComesAsync),
    ];

    /// <exception cref="ConformanceException">It is something else.</exception>
    public static void ExpectCancelledOrStored(DeliveryOutcome outcome) => Expect.That(
        outcome.IsCancelled || outcome.IsStored,
        $"DeliverAsync of {outcome.Letter.What} {outcome}; a cancelled delivery ends in OperationCanceledException, or, if it was stored by then, gives Stored");

    private static async Task BeforeAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var outcomes = new List<DeliveryOutcome>();
        foreach (var form in Enum.GetValues<ContentForm>())
        {
            var outcome = await mailbox.TryDeliverAsync(Letters.Plain("a mail that was cancelled before the call").As(form), new CancellationToken(canceled: true));
            Expect.That(outcome.IsCancelled, $"DeliverAsync with a token that was cancelled before {outcome} instead of throwing OperationCanceledException");
            outcomes.Add(outcome);
        }

        await mailbox.ExpectIfReadableAsync([await mailbox.DeliverAsync(Letters.Plain("the mail after"))], outcomes);
    }

    private static async Task AnyMomentAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var letter = Letters.OfSize(100_000, 7, "a mail that was cancelled at some moment") with { Form = ContentForm.Stream, ChunkSize = 1000 };
        var outcomes = new List<DeliveryOutcome>();
        var moments = await Moments.MeasureAsync(async _ => outcomes.Add(await mailbox.DeliverAsync(letter.Again())));
        for (var i = 0; i < Tries * world.Context.Effort; i++)
        {
            using var cancel = moments.CancelAt(i, Tries);
            var tried = letter.As(i % 2 == 0 ? ContentForm.Stream : ContentForm.Memory);
            outcomes.Add(await world.SoonAsync(mailbox.TryDeliverAsync(tried, cancel.Token), "DeliverAsync, after its cancellation,"));
        }

        await ExpectAsync(mailbox, outcomes);
    }

    private static async Task WhileReadAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var outcomes = new List<DeliveryOutcome>();
        foreach (var at in (int[])[1, 2, 3, 5, 10, 15, 18, 19, 20, 21])
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(world.CancellationToken);
            var letter = Letters.OfSize(20_000, 8, $"a mail that was cancelled at read no. {at} of some 20") with
            {
                Form = ContentForm.Stream, ChunkSize = 1000, OnRead = number => CancelAt(number, at, cancel),
            };
            outcomes.Add(await world.SoonAsync(mailbox.TryDeliverAsync(letter, cancel.Token), "DeliverAsync, after its cancellation,"));
        }

        await ExpectAsync(mailbox, outcomes);
    }

    private static async Task SoonAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(world.CancellationToken);
        var begun = new TaskCompletionSource();
        var delivery = mailbox.TryDeliverAsync(Letters.Slow() with { OnRead = _ => begun.TrySetResult() }, cancel.Token);
        await Task.WhenAny(begun.Task, delivery);
        await cancel.CancelAsync();
        var outcome = await world.SoonAsync(delivery, "DeliverAsync of a mail that takes very long to read, after its cancellation,");
        Expect.That(outcome.IsCancelled, $"DeliverAsync, cancelled while it read the mail, {outcome} instead of throwing OperationCanceledException");
        await mailbox.ExpectIfReadableAsync([await mailbox.DeliverAsync(Letters.Plain("the mail after"))], [outcome]);
    }

    private static async Task NeverComesAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var outcomes = new List<DeliveryOutcome>();
        for (var i = 0; i < 10; i++)
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(world.CancellationToken);
            var letter = Letters.OfSize(5000, 9, "a mail that was cancelled while it was read") with
            {
                Form = ContentForm.Stream, ChunkSize = 500, OnRead = number => CancelAt(number, 4, cancel),
            };
            outcomes.Add(await world.SoonAsync(mailbox.TryDeliverAsync(letter, cancel.Token), "DeliverAsync, after its cancellation,"));
        }

        outcomes.Add(await mailbox.DeliverAsync(Letters.Plain("the mail after")));
        // some modules finish on another thread what was given up
        await Task.Delay(TimeSpan.FromMilliseconds(200), world.CancellationToken);
        await ExpectAsync(mailbox, outcomes);
        await host.StopAsync();
        await ExpectAsync((await world.StartAsync()).Open(mailbox.Record), outcomes);
    }

    private static async Task ExpectAsync(MailboxUnderTest mailbox, List<DeliveryOutcome> outcomes)
    {
        foreach (var outcome in outcomes)
            ExpectCancelledOrStored(outcome);
        await mailbox.ExpectAsync(outcomes.Where(outcome => outcome.IsStored), outcomes.Where(outcome => !outcome.IsStored));
    }

    private static void CancelAt(int number, int at, CancellationTokenSource cancel)
    {
        if (number == at)
            cancel.Cancel();
    }
}
