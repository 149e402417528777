using Xunit.Abstractions;

[assembly: TestCollectionOrderer("MailStore.EndToEnd.Tests.LongestFirst", "MailStore.EndToEnd.Tests")]

namespace MailStore.EndToEnd.Tests;

/// <summary>Begins with what takes minutes, one test after the other: else it is what all else waits for at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
        [Authors.AuthorsCollection.Name, Mtas.MtaCollection.Name, nameof(Moving.ClusterMoveTests), Formats.FormatsCollection.Name, Packaging.PackagingCollection.Name, nameof(Faults.DeliveryFaultTests)];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(Place);

    private static int Place(ITestCollection collection)
    {
        var place = Array.FindIndex(Longest, name => collection.DisplayName.Contains(name, StringComparison.Ordinal));
        return place < 0 ? Longest.Length : place;
    }
}
