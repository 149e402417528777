using System.Collections.Concurrent;
using static MailStore.Sdk.Conformance.UserDatabaseCases;

namespace MailStore.Sdk.Conformance;

/// <summary>Listing.</summary>
internal static class ListCases
{
    public static IEnumerable<ConformanceCase<UserDatabaseUnderTest>> All =>
    [
        Case("list: ordinal order", UserContract.List, static async (_, calls) =>
        {
            string[] names = ["b", "a", "B", "A", "aa", "a-b", "a_b", "a.b", "a b", "ab", "a@b", "-a", "_a", "10", "9", "\u00e4", "z", "Z", "\u00df", "ss", "e\u0301", "\u00e9", "\ud83d\ude00", "\uffff", "\ue000"];
            foreach (var name in names)
                await calls.AddAsync(Samples.User(name));
            await calls.ExpectListAsync(null, names);
            await calls.ExpectListAsync("", names);
        }),

        Case("list: a prefix is ordinal, and no pattern", UserContract.List, static async (_, calls) =>
        {
            string[] names =
            [
                "a", "ab", "abc", "aB", "Ab", "a%c", "a%", "axc", "a_c", "a\\c", "a\\%", "a*c", "a?c", "a[c", "a.c", "a'c", "\u00e4", "a\u0308", "b", "%", "%b", "_", "_b", "\\", "\\b", "a\uffff", "a\uffffb", "\ud83d\ude00a", "\ud83d\ude01",
            ];
            foreach (var name in names)
                await calls.AddAsync(Samples.User(name));
            string[] prefixes = ["a", "A", "ab", "a%", "%", "a_", "_", "a\\", "\\", "a*", "*", "a?", "a[", "a.", "a'", "\u00e4", "a\u0308", "b", "c", "a\uffff", "\ud83d\ude00", "alphabet", new string('a', 320)];
            foreach (var prefix in prefixes)
                await calls.ExpectListAsync(prefix, names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)));
        }),

        Case("list: two thousand users", UserContract.List, static async (context, calls) =>
        {
            var names = Enumerable.Range(0, 2000).Select(i => $"user{i * 7 % 2000:d4}@{(i % 3 == 0 ? "example.org" : "example.net")}").ToList();
            context.Step("TryAddAsync of 2000 users");
            await AddAllAsync(context, calls, names);
            await calls.ExpectListAsync(null, names);
            await calls.ExpectListAsync("user19", names.Where(name => name.StartsWith("user19", StringComparison.Ordinal)));

            // whoever wants the first only leaves nothing open that hinders what follows
            for (var i = 0; i < 20; i++)
            {
                context.Step("a ListAsync that is left after the first user");
                await foreach (var user in calls.Users.ListAsync(null, context.CancellationToken))
                {
                    Expect.That(user.Name == names.Min(StringComparer.Ordinal), $"ListAsync began with {Samples.Quote(user.Name)}; wanted the first in ordinal order");
                    break;
                }
            }

            await calls.ReplaceAsync((await calls.FindAsync(names[0]))!.With("quota", "1G"));
        }),

        Case("list: users come and go meanwhile", UserContract.List, static async (context, calls) =>
        {
            var staying = Enumerable.Range(0, 600).Select(i => $"user{i:d4}@example.org").ToList();
            await AddAllAsync(context, calls, staying);
            for (var round = 0; round < 2 * context.Effort; round++)
            {
                using var over = new CancellationTokenSource();
                var writing = Storm.RunAsync(4, writer => ComeAndGoAsync(context, calls, writer, over.Token));
                var listed = new List<string>();
                context.Step("ListAsync while others add, replace and remove");
                try
                {
                    await foreach (var user in calls.Users.ListAsync("user", context.CancellationToken))
                    {
                        listed.Add(user.Name);
                        if (listed.Count % 50 == 0)
                            await Task.Delay(5); // a slow reader
                    }
                }
                finally
                {
                    await over.CancelAsync();
                    await writing;
                }

                var missing = staying.Except(listed).ToList();
                Expect.That(missing.Count == 0, $"ListAsync left out {missing.Count} users who were there all the time, as {Samples.Quote(missing.FirstOrDefault() ?? "")}, while others came and went; wanted all");
                Expect.That(
                    listed.Zip(listed.Skip(1)).All(pair => string.CompareOrdinal(pair.First, pair.Second) < 0),
                    "ListAsync listed a user twice or out of order while others came and went; wanted ordinal order, each once");
            }
        }),

        Case("list: cancellation ends it", "The token of ListAsync ends the listing.", static async (context, calls) =>
        {
            await AddAllAsync(context, calls, [.. Enumerable.Range(0, 300).Select(i => $"user{i:d4}@example.org")]);
            using var giveUp = new CancellationTokenSource();
            context.Step("a ListAsync that is cancelled at its third user");
            var listed = 0;
            try
            {
                await foreach (var user in calls.Users.ListAsync(null, giveUp.Token))
                {
                    if (++listed == 3)
                        await giveUp.CancelAsync();
                }
            }
            catch (OperationCanceledException)
            {
                listed = 0;
            }

            Expect.That(listed < 300, "ListAsync listed all 300 users, though its token was cancelled at the third one; wanted OperationCanceledException or an early end");
            await calls.AddAsync(Samples.User("z@example.org"));
        }),
    ];

    private static async Task AddAllAsync(CaseContext<UserDatabaseUnderTest> context, UserCalls calls, IReadOnlyList<string> names)
    {
        var waiting = new ConcurrentQueue<string>(names);
        await Storm.RunAsync(64, async _ =>
        {
            while (waiting.TryDequeue(out var name))
                Expect.That(await calls.Users.TryAddAsync(Samples.User(name), context.CancellationToken) is not null, $"TryAddAsync of '{name}', which was not taken, returned null among many at once; wanted the record as stored");
        });
    }

    private static async Task ComeAndGoAsync(CaseContext<UserDatabaseUnderTest> context, UserCalls calls, int writer, CancellationToken over)
    {
        for (var i = 0; !over.IsCancellationRequested; i++)
        {
            var added = await calls.Users.TryAddAsync(Samples.User($"user{(i * 37) % 600:d4}-{writer}@example.org"), context.CancellationToken);
            if (added is not null)
                await calls.Users.TryRemoveAsync(added, context.CancellationToken);
            if (await calls.Users.FindAsync($"user{(i * 53) % 600:d4}@example.org", context.CancellationToken) is { } staying)
                await calls.Users.TryReplaceAsync(staying.With("seen", $"{i}"), context.CancellationToken);
        }
    }
}
