using System.Reflection;
using Snapshooter.Xunit;

namespace MailStore.Sdk.Tests;

public sealed class PublicApiTests
{
    private static readonly Assembly Sdk = typeof(IMailDeliveryAgent).Assembly;

    /// <summary>A change here is a change for every author of a module: see 'Versions' in sdk/README.md before the snapshot is renewed.</summary>
    [Fact]
    public void The_public_contract_is_the_approved_one() => Snapshot.Match(PublicApi.Describe(Sdk), "PublicApi");

    [Fact]
    public void It_stands_on_the_framework_and_the_logging_abstractions_only()
    {
        var foreign = Sdk.GetReferencedAssemblies()
            .Select(assembly => assembly.Name!)
            .Where(name => name != "Microsoft.Extensions.Logging.Abstractions" && !IsOfTheFramework(name));
        Assert.Empty(foreign);
    }

    [Fact]
    public void Its_assembly_version_is_frozen_at_its_major() => Assert.Equal(new Version(0, 0, 0, 0), Sdk.GetName().Version);

    private static bool IsOfTheFramework(string name) =>
        File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, name + ".dll"));
}
