using static MailStore.Sdk.Conformance.UserDatabaseCases;

namespace MailStore.Sdk.Conformance;

/// <summary>What is written comes back, to the character.</summary>
internal static class RecordCases
{
    private const string Alice = Samples.Alice;

    private static readonly string[] Values =
    [
        "", " ", "  padded  ", "1G", "line\nbreak", "line\r\nbreak\r", "\t",
        "\u0001\u0002\u001b\u007f\u0085\u00a0", "\ufeff\ufffd\uffff", "'\"\\/%_;--", "{\"a\":[1,null]}", "null", "true", "0", "jos\u00e9", "jose\u0301", "\ud83d\ude00", "\u0661", "=", "a=b",
    ];

    private static readonly string[] Keys =
    [
        "b", "a", "A", "B", "_", "a_b", "a.b", "a.", ".", "$a", "$", "-", "key with spaces", "\u00e9", "e\u0301", "z", "\uffff", "_id", "id", "name", "version", "Settings", "__proto__", "line\nbreak",
    ];

    public static IEnumerable<ConformanceCase<UserDatabaseUnderTest>> All =>
    [
        Case("find: an unknown name is null", UserContract.Find, static async (_, calls) =>
        {
            await calls.ExpectAsync(Alice, null, "in an empty database");
            await calls.ExpectListAsync(null, []);
            await calls.AddAsync(Samples.User(Alice));
            foreach (var name in new[] { "bob@example.org", "alice", "alice@example.or", "alice@example.org2", new string('x', 320) })
                await calls.ExpectAsync(name, null, "when only 'alice@example.org' was added");
        }),

        Case("find: the record as stored", UserContract.Find, static async (_, calls) =>
        {
            var stored = await calls.AddAsync(Samples.User(Alice, ("quota", "1G"), ("enabled", "false")));
            await calls.ExpectAsync(stored, "after TryAddAsync");
            stored = await calls.ReplaceAsync(stored with { Allocation = Samples.Allocation("a1", (Allocation.Home, "/mail/alice")) });
            await calls.ExpectAsync(stored, "after TryReplaceAsync");
        }),

        Case("names: compared ordinally", UserContract.Names, static (_, calls) => ApartAsync(calls, Samples.AlikeNames)),
        Case("names: hostile ones are names", UserContract.Names, static (_, calls) => ApartAsync(calls, Samples.HostileNames)),

        Case("names: 320 characters", UserContract.Names, static (_, calls) => ApartAsync(
            calls,
            [new string('a', 320), new string('a', 319) + 'b', new string('a', 319), new string('\u4e2d', 320), new string('\u4e2d', 319) + '\u4e01', string.Concat(Enumerable.Repeat("\ud83d\ude00", 160))])),

        Case("settings: come back exactly", UserContract.Text, static async (_, calls) =>
        {
            var user = Samples.User(Alice, [.. Values.Select((value, i) => ($"key{i}", value))]);
            await RoundTripAsync(calls, user, "settings");
        }),

        Case("settings: keys come back exactly, in ordinal order", UserContract.Text, static async (_, calls) =>
        {
            await RoundTripAsync(calls, Samples.User(Alice, [.. Keys.Select(key => (key, key))]), "settings");
        }),

        Case("settings: long values and many keys", UserContract.Text, static async (_, calls) =>
        {
            await RoundTripAsync(calls, Samples.User(Alice, ("long", new string('x', 60_000)), ("wide", new string('\u4e2d', 20_000))), "settings");
            await RoundTripAsync(calls, Samples.User("bob@example.org", [.. Enumerable.Range(0, 300).Select(i => ($"key{i}", $"value {i}"))]), "settings");
        }),

        Case("settings: replaced as a whole", UserContract.Replace, static async (_, calls) =>
        {
            var stored = await calls.AddAsync(Samples.User(Alice, ("quota", "1G"), ("path", "vip")));
            stored = await calls.ReplaceAsync(Samples.User(Alice, ("mda", "")) with { Version = stored.Version });
            await calls.ExpectAsync(stored, "after two settings were replaced by one");
            stored = await calls.ReplaceAsync(Samples.User(Alice) with { Version = stored.Version });
            await calls.ExpectAsync(stored, "after all settings were removed");
        }),

        Case("allocation: comes back exactly", UserContract.Text, static async (_, calls) =>
        {
            var allocation = Samples.Allocation("01jz\u00e9", ("home", "/srv/mail/\u00e9\n"), ("uid", "70001"), ("empty", ""), ("A", "1"), ("a", "2")) with { Mda = "archive", Form = 7 };
            await RoundTripAsync(calls, Samples.User(Alice, ("quota", "1G")) with { Allocation = allocation }, "an allocation");
            await RoundTripAsync(calls, Samples.User("bob@example.org") with { Allocation = Samples.Allocation("no-values") with { Form = int.MaxValue } }, "an allocation without values");
        }),

        Case("allocation: none stays none", UserContract.Find, static async (_, calls) =>
        {
            var stored = await calls.AddAsync(Samples.User(Alice));
            await calls.ExpectAsync(stored, "after TryAddAsync of a record without an allocation");
            stored = await calls.ReplaceAsync(stored with { Allocation = Samples.Allocation("a1") });
            stored = await calls.ReplaceAsync(stored with { Allocation = null });
            await calls.ExpectAsync(stored, "after the allocation was taken from the record");
        }),
    ];

    /// <summary>Each name is a user of its own, found and listed as it was written, also after a restart.</summary>
    private static async Task ApartAsync(UserCalls calls, IReadOnlyList<string> names)
    {
        var stored = new List<UserRecord>();
        foreach (var name in names)
        {
            await calls.ExpectAsync(name, null, $"before {Samples.Quote(name)} was added, but others like it");
            stored.Add(await calls.AddAsync(Samples.User(name, ("number", $"{stored.Count}"))));
        }

        foreach (var user in stored)
            await calls.ExpectAsync(user, "after all were added");
        await calls.ExpectListAsync(null, names);
        await calls.RemoveAsync(stored[0]);
        calls = await calls.RestartAsync();
        for (var i = 0; i < stored.Count; i++)
            await calls.ExpectAsync(stored[i].Name, i == 0 ? null : stored[i], $"after {Samples.Quote(stored[0].Name)} was removed, and a restart");
    }

    private static async Task RoundTripAsync(UserCalls calls, UserRecord user, string what)
    {
        var stored = await calls.AddAsync(user);
        await calls.ExpectAsync(stored, $"after TryAddAsync with {what}");
        var listed = (await calls.ListAsync(user.Name)).Find(found => found.Name == user.Name);
        Expect.That(listed is not null && Samples.SameContent(listed, user), $"ListAsync listed {Samples.Show(listed)}; wanted {Samples.Show(user)}");
        await calls.RemoveAsync(stored);
        stored = await calls.AddAsync(Samples.User(user.Name));
        stored = await calls.ReplaceAsync(user with { Version = stored.Version });
        await calls.ExpectAsync(stored, $"after TryReplaceAsync with {what}");
    }
}
