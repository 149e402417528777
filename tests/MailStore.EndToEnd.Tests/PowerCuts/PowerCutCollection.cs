namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>Tests whose findings are one table, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class PowerCutCollection : ICollectionFixture<CutTable>
{
    public const string Name = "power cuts";
}
