using System.Reflection.PortableExecutable;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;

namespace MailStore.Host.Tests.Modules;

public sealed class PluginDiscoveryTests : IDisposable
{
    private readonly ModulesHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void A_folder_is_a_plugin_and_tells_its_modules_without_being_loaded()
    {
        _home.Add("Misbehaving");

        var plugin = Assert.Single(Discover());

        Assert.Null(plugin.Problem);
        Assert.Equal("misbehaving", plugin.Name);
        Assert.Equal(Path.Combine(_home.Modules, "misbehaving", "MailStore.Fixtures.Misbehaving.dll"), plugin.Path);
        Assert.Equal("0.1.0", plugin.Version);
        Assert.Equal("0.1.0", plugin.SdkVersion);
        Assert.Equal(
            [ModuleKind.Mda, ModuleKind.Creator, ModuleKind.Userdb],
            plugin.Modules.OrderBy(module => module.Kind).Select(module => module.Kind));
        Assert.All(plugin.Modules, module => Assert.Equal("misbehaving", module.Name));
        Assert.Equal("misbehaves as its options say", plugin.Find(ModuleKind.Mda, "misbehaving")!.Description);
        Assert.DoesNotContain(AppDomain.CurrentDomain.GetAssemblies(), assembly => !assembly.IsDynamic && assembly.Location.StartsWith(_home.Modules, StringComparison.Ordinal));
    }

    [Fact]
    public void A_dll_with_its_deps_json_is_a_plugin_and_its_libraries_are_none()
    {
        ModulesHome.CopyOver("JsonNew", _home.Modules);

        var plugin = Assert.Single(Discover());

        Assert.Null(plugin.Problem);
        Assert.Contains("Newtonsoft.Json.dll", plugin.Files);
        Assert.Equal(["json", "json-new"], plugin.Modules.Select(module => module.Name));
    }

    [Fact]
    public void A_text_file_that_is_named_like_a_dll_is_no_assembly() =>
        AssertBroken(_home.Write("x.dll", "just text"u8.ToArray()), "is not a .NET assembly", "copy the plugin's files again");

    [Fact]
    public void An_empty_file_is_no_assembly() => AssertBroken(_home.Write("x.dll", []), "is not a .NET assembly", "copy");

    [Fact]
    public void A_truncated_assembly_is_damaged()
    {
        var whole = File.ReadAllBytes(Path.Combine(ModulesHome.Fixture("JsonNew"), "MailStore.Fixtures.Json.dll"));
        AssertBroken(_home.Write("x.dll", whole[..2048]), "is damaged", "copy");
    }

    [Fact]
    public void A_native_library_is_no_assembly()
    {
        var native = File.ReadAllBytes(Path.Combine(ModulesHome.Fixture("JsonNew"), "MailStore.Fixtures.Json.dll"));
        var headers = new PEHeaders(new MemoryStream(native));
        var corHeaderDirectory = headers.PEHeaderStartOffset + (headers.PEHeader!.Magic == PEMagic.PE32 ? 96 : 112) + (14 * 8);
        native.AsSpan(corHeaderDirectory, 8).Clear();

        AssertBroken(_home.Write("x.dll", native), "is a native library", "copy");
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_told()
    {
        var path = Path.Combine(_home.Modules, "x.dll");
        File.CreateSymbolicLink(path, "/nowhere/x.dll");
        AssertBroken(path, "cannot be read", "let the user");
    }

    [Fact]
    public void An_assembly_without_modules_is_no_plugin()
    {
        var folder = _home.Add("JsonNew");
        File.Delete(Path.Combine(folder, "MailStore.Fixtures.Json.dll"));
        AssertBroken(Path.Combine(folder, "Newtonsoft.Json.dll"), "announces no module", "remove it");
    }

    [Fact]
    public void An_empty_folder_is_no_plugin()
    {
        Directory.CreateDirectory(Path.Combine(_home.Modules, "empty"));
        AssertBroken(Path.Combine(_home.Modules, "empty"), "holds no plugin", "copy the files");
    }

    [Fact]
    public void A_missing_deps_json_is_told()
    {
        var folder = _home.Add("JsonNew");
        File.Delete(Path.Combine(folder, "MailStore.Fixtures.Json.deps.json"));
        AssertBroken(Path.Combine(folder, "MailStore.Fixtures.Json.dll"), "MailStore.Fixtures.Json.deps.json is missing", "copy it from where");
    }

    [Theory]
    [InlineData("{ this is no json")]
    [InlineData("[]")]
    [InlineData("{}")]
    public void A_damaged_deps_json_is_told(string content)
    {
        var folder = _home.Add("JsonNew");
        File.WriteAllText(Path.Combine(folder, "MailStore.Fixtures.Json.deps.json"), content);
        AssertBroken(Path.Combine(folder, "MailStore.Fixtures.Json.deps.json"), "deps.json is ", "copy it again");
    }

    [Fact]
    public void A_stray_copy_of_the_sdk_is_refused()
    {
        var folder = _home.Add("JsonNew");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "MailStore.Sdk.dll"), Path.Combine(folder, "MailStore.Sdk.dll"));
        AssertBroken(Path.Combine(folder, "MailStore.Fixtures.Json.dll"), "a copy of the SDK of its own", $"delete {folder}/MailStore.Sdk.dll");
    }

    [Fact]
    public void Two_assemblies_with_modules_in_one_folder_are_refused()
    {
        var folder = _home.Add("JsonNew");
        ModulesHome.CopyOver("Misbehaving", folder);
        AssertBroken(folder, "more than one assembly with modules", "a folder of its own");
    }

    [Fact]
    public void What_is_hidden_or_no_dll_is_passed_over()
    {
        _home.Write("README.md", "# read me"u8.ToArray());
        _home.Write(".git/x.dll", []);
        Assert.Empty(Discover());
    }

    private IReadOnlyList<PluginFile> Discover() => PluginDiscovery.Discover(_home.Modules);

    private void AssertBroken(string path, string reason, string remedy)
    {
        var plugin = Assert.Single(Discover());
        Assert.NotNull(plugin.Problem);
        Assert.Contains(reason, plugin.Problem.Reason, StringComparison.Ordinal);
        Assert.Contains(path, plugin.Problem.Reason, StringComparison.Ordinal);
        Assert.Contains(remedy, plugin.Problem.Remedy, StringComparison.Ordinal);
    }
}
