using System.Text;
using System.Xml.Linq;

namespace MailStore.EndToEnd.Tests.Authors;

/// <summary>What an author gets.</summary>
[Collection(AuthorsCollection.Name)]
public sealed class PackageTests(AuthorsWorld world)
{
    private readonly PackedPackages _packages = world.Packages;

    [Theory]
    [InlineData("MailStore.Sdk")]
    [InlineData("MailStore.Sdk.Conformance")]
    public void A_library_comes_with_documentation_and_symbols(string package)
    {
        var files = _packages.Open(package);
        Assert.Contains($"lib/net10.0/{package}.dll", files.Keys);
        Assert.Contains("<member name=\"T:MailStore.Sdk.", Encoding.UTF8.GetString(files[$"lib/net10.0/{package}.xml"]), StringComparison.Ordinal);
        Assert.Contains($"lib/net10.0/{package}.pdb", _packages.Open(package, ".snupkg").Keys);
    }

    [Theory]
    [InlineData("MailStore.Sdk")]
    [InlineData("MailStore.Sdk.Conformance")]
    [InlineData("MailStore.Templates")]
    public void A_package_says_what_it_is(string package)
    {
        var files = _packages.Open(package);
        var metadata = XDocument.Load(new MemoryStream(files[$"{package}.nuspec"])).Root!.Elements().Single();
        string? Element(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
        Assert.Equal(PackedPackages.Version, Element("version"));
        Assert.Equal("MIT", Element("license"));
        Assert.False(string.IsNullOrEmpty(Element("description")));
        Assert.Contains("mailstore", Element("tags")!.Split(' '));
        Assert.Contains("dotnet new mailstore-mda", Encoding.UTF8.GetString(files[Element("readme")!]), StringComparison.Ordinal);
    }

    [Fact]
    public void The_SDK_needs_the_framework_and_logging_abstractions_only()
    {
        var nuspec = XDocument.Load(new MemoryStream(_packages.Open("MailStore.Sdk")["MailStore.Sdk.nuspec"]));
        var dependency = Assert.Single(nuspec.Descendants(), element => element.Name.LocalName == "dependency");
        Assert.Equal("Microsoft.Extensions.Logging.Abstractions", dependency.Attribute("id")!.Value);
        // else [LoggerMessage] does nothing in a module
        Assert.Equal("All", dependency.Attribute("include")!.Value);
    }

    [Fact]
    public async Task The_same_sources_at_another_place_give_the_same_bytes()
    {
        using var sources = new SdkSources();
        var output = Path.Combine(sources.Directory, "packages");
        (await sources.PackAsync("sdk", output)).Succeeded();
        foreach (var library in (string[])["MailStore.Sdk", "MailStore.Sdk.Conformance"])
        {
            foreach (var (extension, file) in (ReadOnlySpan<(string, string)>)[(".nupkg", "dll"), (".nupkg", "xml"), (".snupkg", "pdb")])
            {
                var path = $"lib/net10.0/{library}.{file}";
                Assert.True(
                    _packages.Open(library, extension)[path].AsSpan().SequenceEqual(PackedPackages.OpenFile(output, $"{library}.{PackedPackages.Version}{extension}")[path]),
                    $"two packs differ in {path}");
            }
        }
    }

    [Fact]
    public async Task A_member_that_was_removed_and_an_abstract_one_that_was_added_fail_the_pack_by_name()
    {
        using var sources = new SdkSources();
        sources.Edit("sdk/MailStore.Sdk/Modules/ModuleHealth.cs", "public static ModuleHealth Unhealthy", "internal static ModuleHealth Unhealthy");
        sources.Edit("sdk/MailStore.Sdk/Mailboxes/IMailboxUsage.cs", "public interface IMailboxUsage\n{", "public interface IMailboxUsage\n{\n    /// <summary>New.</summary>\n    void Forget();\n");
        var result = await sources.PackAsync("sdk/MailStore.Sdk", Path.Combine(sources.Directory, "packages"));
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("MailStore.Sdk.ModuleHealth.Unhealthy(string)' exists on [Baseline]", result.Output, StringComparison.Ordinal);
        Assert.Contains("Cannot add interface member 'void MailStore.Sdk.IMailboxUsage.Forget()'", result.Output, StringComparison.Ordinal);
    }
}
