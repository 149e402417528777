using Xunit.Abstractions;

namespace MailStore.Tests;

/// <summary>Begins with what takes minutes, one test after the other: else it is what all else waits for at the end.</summary>
/// <param name="longest">The names of these collections, or of classes that are one each.</param>
public abstract class LongestFirst(params string[] longest) : ITestCollectionOrderer
{
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(Place);

    private int Place(ITestCollection collection)
    {
        var place = Array.FindIndex(longest, name => collection.DisplayName.Contains(name, StringComparison.Ordinal));
        return place < 0 ? longest.Length : place;
    }
}
