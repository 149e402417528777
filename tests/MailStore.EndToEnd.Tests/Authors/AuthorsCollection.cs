namespace MailStore.EndToEnd.Tests.Authors;

/// <summary>What authors of modules do; one after the other, since each builds.</summary>
[CollectionDefinition(Name)]
public sealed class AuthorsCollection : ICollectionFixture<AuthorsWorld>
{
    public const string Name = "authors of modules";
}
