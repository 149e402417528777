using MailStore.Plugins.Tests.OverUsers;
using MailStore.Plugins.Tests.Postgres;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("MailStore.Plugins.Tests.LongestFirst", "MailStore.Plugins.Tests")]

namespace MailStore.Plugins.Tests;

/// <summary>Begins with the classes that take minutes, one test after the other: else they are what all else waits for at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest = [nameof(AgentsOverPostgresTests), nameof(AgentsOverLiteDbTests), nameof(LostConnectionTests)];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => !Longest.Any(name => collection.DisplayName.Contains(name, StringComparison.Ordinal)));
}
