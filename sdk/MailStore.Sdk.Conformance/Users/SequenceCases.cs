using System.Collections.Concurrent;
using static MailStore.Sdk.Conformance.UserDatabaseCases;

namespace MailStore.Sdk.Conformance;

/// <summary>Sequences of one instance.</summary>
internal static class SequenceCases
{
    public static IEnumerable<ConformanceCase<UserDatabaseUnderTest>> All =>
    [
        Case<IUserSequences>("sequences: 1 first, then rising", UserContract.Next, static async (context, _, sequences) =>
        {
            var last = await sequences.NextAsync("uid", context.CancellationToken);
            Expect.That(last == 1, $"the first NextAsync gave {last}; wanted 1");
            for (var i = 0; i < 20; i++)
            {
                var next = await sequences.NextAsync("uid", context.CancellationToken);
                Expect.That(next > last, $"NextAsync gave {next} after {last}; wanted a greater number");
                last = next;
            }
        }),

        Case<IUserSequences>("sequences: each counts by itself", UserContract.Next, static async (context, _, sequences) =>
        {
            string[] names = ["uid", "gid", "uid-2", "a", "0", "long-name-of-a-sequence-0123456789"];
            foreach (var name in names)
            {
                var first = await sequences.NextAsync(name, context.CancellationToken);
                Expect.That(first == 1, $"the first number of the sequence '{name}' is {first}, after others were counted; wanted 1");
                await sequences.NextAsync(name, context.CancellationToken);
            }
        }),

        Case<IUserSequences>("sequences: never twice, many at once", UserContract.Next, static (context, _, sequences) => NeverTwiceAsync(context, [sequences])),

        Case<IUserSequences>("sequences: never twice after a restart", UserContract.Next, static async (context, calls, _) =>
        {
            var last = 0L;
            for (var restart = 0; restart < 4; restart++)
            {
                for (var i = 0; i < 3; i++)
                {
                    context.Step("NextAsync after a restart");
                    var next = await ((IUserSequences)calls.Users).NextAsync("uid", context.CancellationToken);
                    Expect.That(next > last, $"NextAsync gave {next} after {last}, {(i == 0 ? "which was given before a restart" : "right before")}; wanted a greater number");
                    last = next;
                }

                calls = await calls.RestartAsync();
            }
        }),

        Case<IUserSequences>("sequences: a cancelled call gives no number twice", UserContract.Next, static async (context, _, sequences) =>
        {
            var random = new Random(context.Seed);
            var given = new ConcurrentDictionary<long, bool>();
            for (var round = 0; round < 4 * context.Effort; round++)
            {
                using var giveUp = new CancellationTokenSource();
                var cancelling = Wait.CancelAfterAsync(giveUp, TimeSpan.FromMilliseconds(random.NextDouble() * 3));
                context.Step("NextAsync, half of the calls cancelled");
                await Storm.RunAsync(32, async number =>
                {
                    var next = number % 2 == 0
                        ? await sequences.NextAsync("uid", context.CancellationToken)
                        : await UserCancellationCases.TryAsync(() => sequences.NextAsync("uid", giveUp.Token));
                    Expect.That((number % 2 == 1 && next == 0) || (next > 0 && given.TryAdd(next, true)), $"NextAsync gave {next} twice, or no number, while other calls were cancelled");
                });
                await cancelling;
            }
        }),
    ];

    public static async Task NeverTwiceAsync<T>(CaseContext<T> context, IReadOnlyList<IUserSequences> hosts)
    {
        var given = new ConcurrentDictionary<long, bool>();
        await Storm.RunAsync(16, async number =>
        {
            var last = 0L;
            for (var i = 0; i < 8 * context.Effort; i++)
            {
                context.Step("NextAsync by 16 at once");
                var next = await hosts[number % hosts.Count].NextAsync("uid", context.CancellationToken);
                Expect.That(given.TryAdd(next, true), $"NextAsync gave {next} twice to 16 who asked at once; wanted each number once");
                Expect.That(next > last, $"NextAsync gave {next} after it had given {last} to the same caller; wanted rising numbers");
                last = next;
            }
        });
    }
}
