namespace MailStore.Plugins.Tests.S3;

/// <summary>Tests that share the server.</summary>
[CollectionDefinition(Name)]
public sealed class RgwCollection : ICollectionFixture<RgwFixture>
{
    public const string Name = "Ceph RGW";
}
