using MailStore.Host.Modules;

namespace MailStore.Host.Tests.Modules;

public sealed class PluginFingerprintTests : IDisposable
{
    private readonly ModulesHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task What_was_loaded_has_the_fingerprint_of_what_lies_in_modules_d_until_that_changes()
    {
        _home.Add("Idle");
        await using var modules = _home.Load(_home.Mda("idle"));
        var loaded = Assert.Single(modules.LoadedPlugins, plugin => plugin.File.Name == "idle");
        Assert.Equal(loaded.Fingerprint, PluginFingerprint.Of(Find("idle")));
        await File.AppendAllTextAsync(Find("idle").Path, "x");
        Assert.NotEqual(loaded.Fingerprint, PluginFingerprint.Of(Find("idle")));
    }

    [Fact]
    public void It_is_of_names_and_contents_and_of_no_order()
    {
        string[] files = ["a/one", "a/two", "b/one", "b/three", "c/one", "c/two"];
        foreach (var (file, content) in files.Zip((string[])["1", "2", "1", "2", "2", "1"]))
            _home.Write(file, System.Text.Encoding.ASCII.GetBytes(content));
        Assert.Equal(Of("a", "one", "two"), Of("a", "two", "one"));
        Assert.Equal(4, new[] { Of("a", "one", "two"), Of("b", "one", "three"), Of("c", "one", "two"), Of("a", "one") }.Distinct().Count());
        Assert.Equal(64, Of("a", "one")!.Length);
    }

    [Fact]
    public void What_cannot_be_read_has_none() => Assert.Null(Of("nowhere", "one"));

    private string? Of(string folder, params string[] files) => PluginFingerprint.Of(Path.Combine(_home.Modules, folder), files);

    private PluginFile Find(string name) => PluginDiscovery.Discover(_home.Modules).Single(plugin => plugin.Name == name);
}
