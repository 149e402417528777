using static MailStore.Sdk.Conformance.CreatorCases;

namespace MailStore.Sdk.Conformance;

/// <summary>Creations that are given up.</summary>
internal static class CreatorCancellationCases
{
    private const int MostCalls = 30;

    public static IEnumerable<ConformanceCase<CreatorUnderTest>> All =>
    [
        Case("cancellation: before the call", CreatorContract.Cancelled, static async bench =>
        {
            var (returned, created) = await bench.TryCreateAsync(bench.Creator, bench.Add(), new CancellationToken(canceled: true));
            if (returned)
                bench.ExpectCounts(created, "with a token that was cancelled before");
            await bench.ExpectNextTryWorksAsync("after a call with a token that was cancelled before");
        }),

        Case("cancellation: ends the waiting for an allocation", CreatorContract.Cancelled, static async bench =>
        {
            using var giveUp = new CancellationTokenSource();
            bench.Allocator.Allocating = async (_, cancellationToken) =>
            {
                giveUp.CancelAfter(30);
                await Task.Delay(Timeout.Infinite, cancellationToken);
            };
            var (returned, created) = await Wait.ForAsync(
                bench.TryCreateAsync(bench.Creator, bench.Add(), giveUp.Token), Wait.Soon, "CreateAsync was cancelled while AllocateAsync, which heeds its token, was under way, and did not come back");
            Expect.That(!returned, $"AllocateAsync was cancelled, and CreateAsync returned {Samples.Show(created)}; wanted OperationCanceledException");
            await bench.ExpectNextTryWorksAsync("after CreateAsync was cancelled during AllocateAsync");
        }),

        Case("cancellation: ends the waiting for others", CreatorContract.Cancelled, static async bench =>
        {
            // another delivery of this host, which allocates and does not come to an end; a creator that waits for it does so only as long as its caller does
            using var over = new CancellationTokenSource();
            bench.Allocator.Allocating = async (number, _) =>
            {
                if (number == 1)
                    await Task.Delay(Timeout.Infinite, over.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            };
            var user = bench.Add();
            var first = bench.TryCreateAsync(bench.Creator, user);
            await Task.Delay(30);
            using var giveUp = new CancellationTokenSource(50);
            try
            {
                await Wait.ForAsync(bench.TryCreateAsync(bench.Creator, user, giveUp.Token), Wait.Soon, "CreateAsync was cancelled while another one of the same user was under way, and did not come back");
            }
            finally
            {
                await over.CancelAsync();
            }

            var (returned, created) = await Wait.ForAsync(first, Wait.Soon, "CreateAsync did not come back after AllocateAsync had");
            Expect.That(returned, "one CreateAsync was cancelled, and another one of the same user, which nobody cancelled, failed; wanted that it goes on");
            bench.ExpectCounts(created, "after another CreateAsync of the same user was cancelled");
        }),

        Case("cancellation: at any call", CreatorContract.Cancelled, static async bench =>
        {
            foreach (var fate in new[] { Fate.Done, Fate.DoneAndLost })
            {
                for (var at = 1; at <= MostCalls; at++)
                {
                    bench.Renew();
                    using var giveUp = new CancellationTokenSource();
                    var hit = "";
                    bench.Users.Fault = _ => new OperationCanceledException(giveUp.Token);
                    bench.Users.Script = (call, number, _) =>
                    {
                        if (number != at)
                            return new(Fate.Done);
                        hit = call;
                        giveUp.Cancel();
                        return new(fate);
                    };
                    var (returned, created) = await bench.TryCreateAsync(bench.Creator, bench.Add(("quota", "1G")), giveUp.Token);
                    var after = $"after it was cancelled at call {at} of the database ({hit})";
                    if (returned)
                        bench.ExpectCounts(created, after);
                    if (hit.Length == 0)
                        break;
                    await bench.ExpectNextTryWorksAsync(after);
                }
            }
        }),
    ];
}
