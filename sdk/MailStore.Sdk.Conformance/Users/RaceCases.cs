using System.Globalization;
using static MailStore.Sdk.Conformance.UserDatabaseCases;

namespace MailStore.Sdk.Conformance;

/// <summary>Writes at the same instant, in one instance; <see cref="SharedCases"/> does the same with two.</summary>
internal static class RaceCases
{
    private const string Alice = Samples.Alice;

    public static IEnumerable<ConformanceCase<UserDatabaseUnderTest>> All =>
    [
        Case("races: of many who add a name one wins", UserContract.Add, static (context, calls) => OneAddsAsync(context, [calls.Users])),
        Case("races: of many who replace a version one wins", UserContract.Replace, static (context, calls) => OneReplacesAsync(context, [calls.Users])),
        Case("races: no update is lost", UserContract.Replace, static (context, calls) => NoUpdateIsLostAsync(context, [calls.Users])),
        Case("races: of replace and remove one is done", UserContract.Remove, static (context, calls) => ReplaceOrRemoveAsync(context, [calls.Users])),

        Case("reads: see every write that returned before", UserContract.Reads, static async (context, calls) =>
        {
            var written = (await calls.AddAsync(Samples.User(Alice))).Version;
            using var over = new CancellationTokenSource();
            var readers = Storm.RunAsync(4, async _ =>
            {
                while (!over.IsCancellationRequested)
                {
                    var before = Volatile.Read(ref written);
                    var found = await calls.Users.FindAsync(Alice, context.CancellationToken);
                    Expect.That(found?.Version >= before, $"FindAsync returned version {found?.Version}, after a TryReplaceAsync had returned version {before}; wanted that or a later one");
                    await Task.Yield();
                }
            });
            try
            {
                for (var i = 0; i < 60 * context.Effort && !readers.IsCompleted; i++)
                    Volatile.Write(ref written, (await calls.ReplaceAsync(Samples.User(Alice, ("n", $"{i}")) with { Version = written })).Version);
            }
            finally
            {
                await over.CancelAsync();
            }

            await readers;
        }),
    ];

    public static async Task OneAddsAsync<T>(CaseContext<T> context, IReadOnlyList<IUserDatabase> hosts)
    {
        for (var round = 0; round < 6 * context.Effort; round++)
        {
            var name = $"user{round}@example.org";
            context.Step($"TryAddAsync of {name} 16 times at once");
            var added = await Storm.RunAsync(16, async number =>
                await hosts[number % hosts.Count].TryAddAsync(Samples.User(name, ("number", $"{number}")), context.CancellationToken));
            Expect.That(added.Count(stored => stored is not null) == 1, $"of 16 who added '{name}' at once {added.Count(stored => stored is not null)} were told that they did; wanted one");
            await SeenByAllAsync(context, hosts, added.Single(stored => stored is not null)!);
        }
    }

    public static async Task OneReplacesAsync<T>(CaseContext<T> context, IReadOnlyList<IUserDatabase> hosts)
    {
        var current = await hosts[0].TryAddAsync(Samples.User(Alice), context.CancellationToken);
        for (var round = 0; round < 6 * context.Effort; round++)
        {
            var version = current!.Version;
            context.Step($"TryReplaceAsync on version {version} 16 times at once");
            var replaced = await Storm.RunAsync(16, async number =>
                await hosts[number % hosts.Count].TryReplaceAsync(Samples.User(Alice, ("number", $"{number}")) with { Version = version }, context.CancellationToken));
            Expect.That(
                replaced.Count(stored => stored is not null) == 1,
                $"of 16 who replaced version {version} at once {replaced.Count(stored => stored is not null)} were told that they did; wanted one");
            current = replaced.Single(stored => stored is not null);
            await SeenByAllAsync(context, hosts, current!);
        }
    }

    public static async Task NoUpdateIsLostAsync<T>(CaseContext<T> context, IReadOnlyList<IUserDatabase> hosts)
    {
        const int Writers = 8;
        var each = 10 * context.Effort;
        var contents = new VersionLog();
        contents.Note((await hosts[0].TryAddAsync(Samples.User(Alice, ("count", "0")), context.CancellationToken))!);
        await Storm.RunAsync(Writers, async number =>
        {
            var users = hosts[number % hosts.Count];
            for (var i = 0; i < each;)
            {
                context.Step("counting by FindAsync and TryReplaceAsync");
                var read = await users.FindAsync(Alice, context.CancellationToken);
                Expect.That(read is not null, "FindAsync of a user whom nobody removed returned null while others replaced his record");
                contents.Note(read);
                var count = int.Parse(read.Settings["count"], CultureInfo.InvariantCulture);
                var stored = await users.TryReplaceAsync(read.With("count", $"{count + 1}"), context.CancellationToken);
                if (stored is null)
                    continue;
                contents.Note(stored);
                i++;
            }
        });
        var end = await hosts[0].FindAsync(Alice, context.CancellationToken);
        Expect.That(
            end!.Settings["count"] == $"{Writers * each}",
            $"{Writers} writers counted to {each} each by compare-and-set, and the record says {end.Settings["count"]}; wanted {Writers * each}: updates were lost");
    }

    public static async Task ReplaceOrRemoveAsync<T>(CaseContext<T> context, IReadOnlyList<IUserDatabase> hosts)
    {
        var greatest = 0L;
        for (var round = 0; round < 12 * context.Effort; round++)
        {
            var user = (await hosts[0].TryAddAsync(Samples.User(Alice), context.CancellationToken))!;
            context.Step($"TryReplaceAsync and TryRemoveAsync on version {user.Version} at once");
            UserRecord? replaced = null;
            var removed = false;
            await Storm.RunAsync(2, async number =>
            {
                var users = hosts[(number + round) % hosts.Count];
                if (number == 0)
                    replaced = await users.TryReplaceAsync(user.With("quota", "1G"), context.CancellationToken);
                else
                    removed = await users.TryRemoveAsync(user, context.CancellationToken);
            });
            Expect.That(
                removed != replaced is not null,
                $"TryReplaceAsync and TryRemoveAsync on one version at once: {(removed ? "both were" : "neither was")} done; wanted one of them");
            var found = await hosts[0].FindAsync(Alice, context.CancellationToken);
            Expect.That(found?.Version == replaced?.Version, $"after that race, which {(removed ? "remove" : "replace")} won, FindAsync returned {Samples.Show(found)}; wanted {Samples.Show(replaced)}");
            Expect.That(user.Version > greatest, $"version {user.Version} was given after {greatest} to the same name; wanted a greater one");
            greatest = (replaced ?? user).Version;
            if (replaced is not null)
                Expect.That(await hosts[0].TryRemoveAsync(replaced, context.CancellationToken), "TryRemoveAsync of the record as it stands returned false; wanted true");
        }
    }

    /// <summary>At once in the instance that wrote; others may have a moment.</summary>
    private static async Task SeenByAllAsync<T>(CaseContext<T> context, IReadOnlyList<IUserDatabase> hosts, UserRecord wanted)
    {
        foreach (var users in hosts)
        {
            UserRecord? found = null;
            await Wait.UntilAsync(
                async () => (found = await users.FindAsync(wanted.Name, context.CancellationToken))?.Version == wanted.Version,
                hosts.Count == 1 ? TimeSpan.Zero : Wait.Soon,
                () => $"after {Samples.Show(wanted)} was told to be stored, FindAsync returned {Samples.Show(found)}");
            Expect.That(Samples.SameContent(found!, wanted), $"FindAsync returned {Samples.Show(found)}; wanted {Samples.Show(wanted)}, who was told that it is stored");
        }
    }
}
