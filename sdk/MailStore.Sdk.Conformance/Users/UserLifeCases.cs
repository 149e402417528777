using static MailStore.Sdk.Conformance.UserDatabaseCases;

namespace MailStore.Sdk.Conformance;

/// <summary>Start, stop, and what is there afterwards.</summary>
internal static class UserLifeCases
{
    private const string Alice = Samples.Alice;

    public static IEnumerable<ConformanceCase<UserDatabaseUnderTest>> All =>
    [
        Case("life: it starts and stops", UserContract.Life, static (_, calls) => calls.StopAsync()),

        new("life: disposed without a start", UserContract.Life, static async context =>
        {
            var place = context.NewPlace();
            context.Step("the constructor");
            var opened = await context.Module.OpenAsync(place, context.CancellationToken);
            context.Step("disposal without StartAsync");
            await opened.DisposeAsync();
            await (await UserCalls.OpenAsync(context, place)).AddAsync(Samples.User(Alice));
        }),

        new("life: a start that is given up", UserContract.Life, static async context =>
        {
            var place = context.NewPlace();
            var opened = await context.Module.OpenAsync(place, context.CancellationToken);
            try
            {
                context.Step("StartAsync with a cancelled token");
                await opened.StartAsync(new CancellationToken(canceled: true));
            }
            catch (OperationCanceledException)
            {
            }

            context.Step("StopAsync after a StartAsync that was given up");
            await opened.StopAsync(CancellationToken.None);
            context.Step("disposal after a StartAsync that was given up");
            await opened.DisposeAsync();
            await (await UserCalls.OpenAsync(context, place)).AddAsync(Samples.User(Alice));
        }),

        Case("durability: all is there after a restart", UserContract.Durable, static async (_, calls) =>
        {
            var names = Samples.HostileNames.Take(20).ToList();
            var stored = new List<UserRecord>();
            foreach (var name in names)
                stored.Add(await calls.AddAsync(Samples.User(name, ("quota", "1G"), ("empty", ""))));
            stored[0] = await calls.ReplaceAsync(stored[0] with { Allocation = Samples.Allocation("a1", (Allocation.Home, "/mail/1")) });
            stored[1] = await calls.ReplaceAsync(stored[1].With("quota", "2G"));
            await calls.RemoveAsync(stored[2]);
            for (var restart = 0; restart < 2; restart++)
            {
                calls = await calls.RestartAsync();
                for (var i = 0; i < names.Count; i++)
                    await calls.ExpectAsync(names[i], i == 2 ? null : stored[i], "after stop and start");
            }

            await calls.ExpectListAsync(null, names.Where((_, i) => i != 2));
        }),

        Case("versions: never used twice after a restart", UserContract.Version, static async (_, calls) =>
        {
            var greatest = 0L;
            for (var restart = 0; restart < 3; restart++)
            {
                var added = await calls.AddAsync(Samples.User(Alice));
                Expect.That(added.Version > greatest, $"after a restart TryAddAsync gave version {added.Version}; wanted one greater than {greatest}, which the name had before it was removed");
                var replaced = await calls.ReplaceAsync(added.With("quota", "1G"));
                await calls.RemoveAsync(replaced);
                greatest = replaced.Version;
                calls = await calls.RestartAsync();
            }
        }),

        Case("one owner: a second opening is refused", UserContract.OneOwner, static async (context, calls) =>
        {
            if (calls.Users is ISharedUserDatabase)
                throw new NotOfferedException("the user database is an ISharedUserDatabase: several may have it open");
            var stored = await calls.AddAsync(Samples.User(Alice));
            var second = await ExpectRefusedAsync(context, calls.Place);
            Expect.That(second is null, $"a second instance over the same place was started: {second}; wanted TemporaryFailureException or ModuleConfigurationException");
            await calls.ExpectAsync(stored, "after a second opening was refused");
            await calls.ReplaceAsync(stored.With("quota", "1G"));
            calls = await calls.RestartAsync();
            await calls.AddAsync(Samples.User("bob@example.org"));
        }),
    ];

    /// <summary>Tries to open a place that has an owner.</summary>
    /// <returns>What came of it; null if it was refused as the contract has it.</returns>
    public static async Task<string?> ExpectRefusedAsync(CaseContext<UserDatabaseUnderTest> context, ModuleContext place)
    {
        try
        {
            var second = await UserCalls.OpenAsync(context, place);
            await second.StopAsync();
            return "it threw nothing";
        }
        catch (Exception exception) when (exception is not OperationCanceledException) // the boundary of a module: its kind is what is checked
        {
            return IsRefusal(exception) ? null : $"it threw {exception.GetType().Name}: {exception.Message}";
        }

        // a host tells the start of a module that failed with an exception of its own around the module's
        static bool IsRefusal(Exception? exception) =>
            exception is TemporaryFailureException or ModuleConfigurationException || (exception?.InnerException is { } inner && IsRefusal(inner));
    }
}
