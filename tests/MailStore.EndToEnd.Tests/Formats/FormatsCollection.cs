namespace MailStore.EndToEnd.Tests.Formats;

/// <summary>Tests of all storage formats, on servers that they share.</summary>
[CollectionDefinition(Name)]
public sealed class FormatsCollection : ICollectionFixture<FormatsFixture>
{
    public const string Name = "storage formats";
}
