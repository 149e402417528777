namespace MailStore.EndToEnd.Tests.Packaging;

/// <summary>Tests of the package, one after the other: each has a whole system.</summary>
[CollectionDefinition(Name)]
public sealed class PackagingCollection : ICollectionFixture<PackagesFixture>
{
    public const string Name = "the package";
}
