namespace MailStore.Host.Tests.Modules;

/// <summary>The versions of SDK and framework that a plugin is made for.</summary>
public sealed class VersionChecksTests : IDisposable
{
    private readonly CompiledPlugin _plugin = new();

    public void Dispose() => _plugin.Dispose();

    [Theory]
    [InlineData("0.1.0")]
    [InlineData("0.1.7-preview.2+abc")]
    [InlineData("0.9.0")]
    public void Any_version_of_the_hosts_major_is_fine(string stamp)
    {
        var plugin = _plugin.Build(CompiledPlugin.Agent, CompiledPlugin.Stamp(stamp));
        CompiledPlugin.AssertFine(plugin);
        Assert.Equal(stamp, plugin.SdkVersion);
    }

    [Fact]
    public void A_newer_major_is_refused() => CompiledPlugin.AssertRefused(
        _plugin.Build(CompiledPlugin.Agent, CompiledPlugin.Stamp("1.4.0")),
        $"{_plugin.Dll} was built against SDK 1.4.0, and this host has SDK 0.1.0",
        "upgrade MailStore to a version with SDK 1.x, or get a build of the plugin for SDK 0.x");

    [Fact]
    public void A_newer_major_is_refused_without_a_stamp_too()
    {
        var sdk = Compiler.CompileSdk(_plugin.Elsewhere, (_, text) => text, assemblyVersion: "1.0.0.0");
        CompiledPlugin.AssertRefused(_plugin.BuildAgainst(sdk, CompiledPlugin.Agent), "was built against SDK 1.0.0.0, and this host has SDK 0.1.0", "upgrade MailStore");
    }

    [Fact]
    public void A_stamp_that_is_no_version_is_refused() =>
        CompiledPlugin.AssertRefused(_plugin.Build(CompiledPlugin.Agent, CompiledPlugin.Stamp("latest")), "the SDK 'latest', which is no version", "for its author to mend");

    [Theory]
    [InlineData(".NETCoreApp,Version=v8.0")]
    [InlineData(".NETCoreApp,Version=v9.0")]
    [InlineData(".NETCoreApp,Version=v10.0")]
    [InlineData(".NETStandard,Version=v2.0")]
    [InlineData(".NETStandard,Version=v2.1")]
    public void A_framework_that_this_one_contains_is_fine(string framework) =>
        CompiledPlugin.AssertFine(_plugin.Build(CompiledPlugin.Agent, CompiledPlugin.MadeFor(framework)));

    [Theory]
    [InlineData(".NETCoreApp,Version=v11.0", "is made for net11.0, and this host runs on .NET 10.", "or upgrade MailStore and its .NET runtime")]
    [InlineData(".NETFramework,Version=v4.8", "is made for .NET Framework, which runs on Windows alone", "get a build of the plugin for net10.0 or older")]
    [InlineData("Silverlight,Version=v5.0", "is made for 'Silverlight,Version=v5.0', which this host does not know", "get a build of the plugin for net10.0 or older")]
    public void Another_framework_is_refused(string framework, string reason, string remedy) =>
        CompiledPlugin.AssertRefused(_plugin.Build(CompiledPlugin.Agent, CompiledPlugin.MadeFor(framework)), reason, remedy);

    [Theory]
    [InlineData("""{"runtimeOptions":{"tfm":"net10.0","framework":{"name":"Microsoft.NETCore.App","version":"10.0.0"}}}""")]
    [InlineData("""{"runtimeOptions":{"tfm":"net8.0","frameworks":[{"name":"Microsoft.NETCore.App","version":"8.0.0"},{"name":"Microsoft.AspNetCore.App","version":"8.0.0"}]}}""")]
    [InlineData("""{"runtimeOptions":{"framework":{"name":"Microsoft.NETCore.App","version":"10.0.99"}}, /* a patch more */}""")]
    public void A_runtimeconfig_that_asks_for_what_is_there_is_fine(string content) => CompiledPlugin.AssertFine(BuildWithRuntimeConfig(content));

    [Theory]
    [InlineData("""{"runtimeOptions":{"framework":{"name":"Microsoft.WindowsDesktop.App","version":"10.0.0"}}}""", "asks for the framework Microsoft.WindowsDesktop.App", "get a build of the plugin that does without")]
    [InlineData("""{"runtimeOptions":{"frameworks":[{"name":"Microsoft.NETCore.App","version":"11.0.0-preview.1"}]}}""", "asks for Microsoft.NETCore.App 11.0.0-preview.1", "upgrade MailStore and its .NET runtime")]
    [InlineData("""{"runtimeOptions":{"additionalProbingPaths":["/home/eve/.nuget/packages"]}}""", "has libraries loaded from outside of the plugin", "dotnet publish")]
    [InlineData("""{"runtimeOptions":{"frameworks":{}}}""", "is damaged", "copy it again")]
    [InlineData("""{"runtimeOptions":{"frame""", "is damaged", "copy it again")]
    [InlineData("[]", "is damaged", "copy it again")]
    public void A_runtimeconfig_that_asks_for_more_is_refused(string content, string reason, string remedy) =>
        CompiledPlugin.AssertRefused(BuildWithRuntimeConfig(content), reason, remedy);

    [Fact]
    public void A_runtimeconfig_of_the_authors_machine_is_refused()
    {
        _plugin.Build(CompiledPlugin.Agent);
        _plugin.Write("Acme.runtimeconfig.dev.json", """{"runtimeOptions":{"additionalProbingPaths":["/home/eve/.nuget/packages"]}}""");
        CompiledPlugin.AssertRefused(_plugin.Look(), "Acme.runtimeconfig.dev.json has libraries loaded from outside", "delete it");
    }

    private Host.Modules.PluginFile BuildWithRuntimeConfig(string content)
    {
        _plugin.Build(CompiledPlugin.Agent);
        _plugin.Write("Acme.runtimeconfig.json", content);
        return _plugin.Look();
    }
}
