using System.Collections.Concurrent;
using MailStore.Probes;
using MailStore.Sdk.Conformance;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>Does the kit see what is wrong with a user database, and nothing where nothing is?</summary>
public sealed class UserDatabaseKitTests
{
    private static readonly ConformanceOptions Options = new() { TimeLimit = TimeSpan.FromMinutes(2), Seed = 1 };

    public static TheoryData<string> Names => [.. ConformanceKit.UserDatabases.Names];

    [Theory, MemberData(nameof(Names))]
    public Task A_good_database_of_one_owner_passes(string name) => ConformanceKit.UserDatabases.RunAsync(name, new FileModule(shared: false, Flaw.None), Options);

    [Theory, MemberData(nameof(Names))]
    public Task A_good_shared_database_passes(string name) => ConformanceKit.UserDatabases.RunAsync(name, new FileModule(shared: true, Flaw.None), Options);

    [Fact]
    public async Task Dump()
    {
        var lines = new List<string>();
        foreach (var flaw in Enum.GetValues<Flaw>())
        {
            var shared = flaw > Flaw.AcknowledgesBeforeItIsDurable;
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            var failed = await FailuresAsync(new FileModule(shared, flaw), _ => true);
            lines.Add($"=== {flaw} {System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds:0.0}s");
            lines.AddRange(failed.Select(f => $"   {f.Key} => {f.Value.Message}"));
        }
        await File.WriteAllLinesAsync("/tmp/dump.txt", lines);
    }

    private static async Task<IReadOnlyDictionary<string, ConformanceException>> FailuresAsync(UserDatabaseUnderTest module, Func<string, bool> choose)
    {
        var failures = new ConcurrentDictionary<string, ConformanceException>();
        await Parallel.ForEachAsync(ConformanceKit.UserDatabases.Names.Where(choose), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (name, token) =>
        {
            try
            {
                await ConformanceKit.UserDatabases.RunAsync(name, module, Options with { TimeLimit = TimeSpan.FromSeconds(20) }, token);
            }
            catch (ConformanceException failure)
            {
                failures[name] = failure;
            }
        });
        return failures;
    }
}
