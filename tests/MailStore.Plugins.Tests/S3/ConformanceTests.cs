using MailStore.Sdk.Conformance;

namespace MailStore.Plugins.Tests.S3;

[Collection(RgwCollection.Name)]
public sealed class ConformanceTests(RgwFixture fixture)
{
    public static TheoryData<string> Cases => [.. ConformanceKit.Agents.Names];

    [RgwTheory, MemberData(nameof(Cases))]
    public async Task S3_keeps_the_contract(string name)
    {
        await fixture.Server.CreateBucketAsync("conformance");
        await ConformanceKit.Agents.RunAsync(name, new S3UnderTest(fixture.Server, "conformance"));
    }
}
