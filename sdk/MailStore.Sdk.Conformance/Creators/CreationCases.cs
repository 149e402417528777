using static MailStore.Sdk.Conformance.CreatorCases;

namespace MailStore.Sdk.Conformance;

/// <summary>One creation at a time.</summary>
internal static class CreationCases
{
    private const string Alice = CreatorBench.Alice;

    public static IEnumerable<ConformanceCase<CreatorUnderTest>> All =>
    [
        Case("create: a user without an allocation gets one", CreatorContract.Create, static async bench =>
        {
            var user = bench.Add();
            bench.ExpectCounts(await bench.CreateAsync(user), "for a user without an allocation");
            Expect.That(bench.Allocator.Made.Count == 1, $"for one user, alone, {bench.Allocator.Made.Count} allocations were made; wanted one");
            Expect.That(bench.Allocator.Released.Count == 0, "for one user, alone, an allocation was released; wanted none");
        }),

        Case("create: settings stay as they are", CreatorContract.Settings, static async bench =>
        {
            var user = bench.Add(("quota", "1G"), ("empty", ""), ("enabled", "false"), ("alias", "bob@example.org"), ("unknown", "\u00e9\n"));
            var created = await bench.CreateAsync(user);
            bench.ExpectCounts(created, "for a user with settings");
            Expect.That(Samples.SameContent(created! with { Allocation = null }, user), $"the record was {Samples.Show(user)} and is {Samples.Show(created)}; wanted the same settings");
        }),

        Case("create: settings that change meanwhile are kept", CreatorContract.Settings, static async bench =>
        {
            for (var changes = 1; changes <= 3; changes += 2)
            {
                bench.Renew();
                var user = bench.Add(("quota", "1G"));
                bench.Allocator.Allocating = (number, _) =>
                {
                    if (number <= changes)
                        bench.Users.Put(bench.Users.Peek(Alice)!.With("quota", $"{number + 1}G").With("path", "vip"));
                    return default;
                };
                var created = await bench.CreateAsync(user);
                bench.ExpectCounts(created, "for a user whose settings the administrator changed during the allocation");
                Expect.That(
                    created!.Settings.GetValueOrDefault("path") == "vip" && created.Settings["quota"] != "1G",
                    $"the administrator set path=vip and another quota during the allocation, and the record is {Samples.Show(created)}; wanted his settings kept");
                bench.ExpectNothingLeft("after settings changed during the allocation", created.Allocation!.Id);
                bench.CheckEnd("after settings changed during the allocation");
            }
        }),

        Case("create: settings that change right before the write are kept", CreatorContract.Settings, static async bench =>
        {
            var user = bench.Add(("quota", "1G"));
            var changed = false;
            bench.Users.Script = (call, _, _) =>
            {
                if (call == "TryReplaceAsync" && !changed)
                {
                    changed = true;
                    bench.Users.Put(bench.Users.Peek(Alice)!.With("quota", "2G"));
                }

                return new(Fate.Done);
            };
            var created = await bench.CreateAsync(user);
            bench.ExpectCounts(created, "for a user whose settings the administrator changed right before the write");
            Expect.That(created!.Settings["quota"] == "2G", $"the administrator set quota=2G right before the write, and the record is {Samples.Show(created)}; wanted his setting kept: a compare-and-set that was refused starts over from a fresh read");
        }),

        Case("create: a record that is complete by now is taken", CreatorContract.Create, static async bench =>
        {
            var user = bench.Add();
            var other = bench.Users.Put(user with { Allocation = Complete("other") });
            var created = await bench.CreateAsync(user);
            bench.ExpectCounts(created, "for a record that another had completed since it was read");
            Expect.That(created!.Version == other.Version, $"another had completed the record, and it was written again: {Samples.Show(created)}; wanted that it is taken as it stands");
            bench.ExpectNothingLeft("after another had completed the record");
        }),

        Case("create: an incomplete allocation is replaced", CreatorContract.Create, static async bench =>
        {
            var user = bench.Users.Put(Samples.User(Alice, ("quota", "1G")) with { Allocation = RecordingAllocator.Incomplete("old") });
            var created = await bench.CreateAsync(user);
            bench.ExpectCounts(created, "for a record whose allocation its MDA calls incomplete");
            Expect.That(created!.Settings["quota"] == "1G", $"the record is {Samples.Show(created)}; wanted its settings kept");
        }),

        Case("create: a user who is gone by now is null", CreatorContract.Create, static async bench =>
        {
            var user = bench.Add();
            bench.Users.Remove(Alice);
            var created = await bench.CreateAsync(user);
            Expect.That(created is null && bench.Users.Peek(Alice) is null, $"for a user who was removed CreateAsync returned {Samples.Show(created)}; wanted null");
            bench.ExpectNothingLeft("for a user who was removed before");
        }),

        Case("create: a user who is removed meanwhile is null, and his allocation released", CreatorContract.Release, static async bench =>
        {
            var user = bench.Add();
            bench.Allocator.Allocating = (_, _) =>
            {
                bench.Users.Remove(Alice);
                return default;
            };
            var created = await bench.CreateAsync(user);
            Expect.That(created is null && bench.Users.Peek(Alice) is null, $"for a user who was removed during the allocation CreateAsync returned {Samples.Show(created)}, and the database has {Samples.Show(bench.Users.Peek(Alice))}; wanted null, and no record");
            bench.ExpectNothingLeft("after the user was removed during the allocation");
        }),

        Case("create: a user who is removed and added again meanwhile", CreatorContract.Create, static async bench =>
        {
            var user = bench.Add(("quota", "1G"));
            bench.Allocator.Allocating = (number, _) =>
            {
                if (number == 1)
                {
                    bench.Users.Remove(Alice);
                    bench.Add(("quota", "2G"));
                }

                return default;
            };
            var created = await bench.CreateAsync(user);
            bench.ExpectCounts(created, "for a user who was removed and added again during the allocation");
            Expect.That(created!.Settings["quota"] == "2G", $"the user was added again with quota=2G, and the record is {Samples.Show(created)}; wanted what was added");
            bench.ExpectNothingLeft("after the user was removed and added again", created.Allocation!.Id);
        }),

        Case("create: many users at once", CreatorContract.Once, static async bench =>
        {
            var users = Enumerable.Range(0, 100).Select(i => bench.Users.Put(Samples.User($"user{i}@example.org", ("n", $"{i}")))).ToList();
            var created = await Storm.RunAsync(users.Count, number => bench.CreateAsync(users[number]));
            for (var i = 0; i < users.Count; i++)
                bench.ExpectCounts(created[i], "for many users at once", users[i].Name);
            Expect.That(created.Select(user => user!.Allocation!.Id).Distinct().Count() == users.Count, "of many users at once two got the same allocation; wanted one for each");
            bench.ExpectNothingLeft("for many users at once", created.Select(user => user!.Allocation!.Id));
        }),
    ];

    public static Allocation Complete(string id) => Samples.Allocation(id, (Allocation.Home, "/mail/other")) with { Form = 2 };
}
