namespace MailStore.EndToEnd.Tests.Mtas;

/// <summary>Tests with real mail servers, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class MtaCollection : ICollectionFixture<MtaPackages>
{
    public const string Name = "real mail servers";
}
