using System.Reflection.PortableExecutable;
using CsCheck;
using MailStore.Host.Modules;

namespace MailStore.Host.Tests.Modules;

/// <summary>Files that are none, or half of one: refused before loading, with a reason; never an exception, and never a wait without end.</summary>
public sealed class DamagedFilesTests : IDisposable
{
    private readonly ModulesHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void A_shared_library_of_linux_that_is_called_a_dll_is_no_plugin()
    {
        File.Copy("/proc/self/exe", Path.Combine(_home.Modules, "x.dll"));
        AssertBroken("x.dll is a native library, not a .NET assembly", "copy the plugin's files again");
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.999)]
    public void An_assembly_whose_end_is_missing_is_told_wherever_it_was_cut(double part)
    {
        var path = Path.Combine(_home.Add("JsonNew"), "MailStore.Fixtures.Json.dll");
        var whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..(int)(whole.Length * part)]);
        AssertBroken("is not a .NET assembly, or is damaged", "copy the plugin's files again");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(0.999)]
    public void A_library_of_the_plugin_whose_end_is_missing_is_told(double part)
    {
        var path = Path.Combine(_home.Add("JsonNew"), "Newtonsoft.Json.dll");
        var whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..(int)(whole.Length * part)]);
        AssertBroken($"the library {path} of the plugin is not a .NET assembly, or is damaged", "copy the plugin's files again");
    }

    [Fact]
    public void A_library_that_is_a_text_is_told()
    {
        var path = _home.Write("json-new/Other.dll", "<html>404 Not Found</html>"u8.ToArray());
        _home.Add("JsonNew", "json-new");
        AssertBroken($"the library {path} of the plugin is not a .NET assembly", "copy the plugin's files again");
    }

    [Fact]
    public void Native_libraries_of_a_plugin_are_its_own_affair()
    {
        var folder = _home.Add("JsonNew");
        File.Copy("/proc/self/exe", Path.Combine(folder, "native.dll"));
        File.WriteAllBytes(Path.Combine(folder, "windows.dll"), Headers((bytes, headers) => bytes.AsSpan(CorDirectory(headers), 8).Clear()));
        Assert.Null(Discover().Problem);
    }

    [Fact]
    public void An_assembly_for_32_bits_alone_is_refused()
    {
        // CorFlags of the CLI header (ECMA-335, II.25.3.3.1): 32BITREQUIRED
        File.WriteAllBytes(Path.Combine(_home.Add("JsonNew"), "MailStore.Fixtures.Json.dll"), Headers((bytes, headers) => bytes[headers.CorHeaderStartOffset + 16] |= 2));
        AssertBroken("is made for I386 processors alone", "copy the plugin's files again");
    }

    [Fact]
    public void An_assembly_with_machine_code_of_windows_is_refused()
    {
        File.WriteAllBytes(Path.Combine(_home.Add("JsonNew"), "MailStore.Fixtures.Json.dll"), Headers((bytes, headers) => bytes[headers.CorHeaderStartOffset + 16] &= 0xFE));
        AssertBroken("holds machine code beside that of .NET (C++/CLI)", "copy the plugin's files again");
    }

    [Fact]
    public void A_deps_json_whose_end_is_missing_is_told()
    {
        var path = Path.Combine(_home.Add("JsonNew"), "MailStore.Fixtures.Json.deps.json");
        var whole = File.ReadAllText(path);
        File.WriteAllText(path, whole[..(whole.Length / 2)]);
        AssertBroken($"{path} is damaged", "copy it again");
    }

    [Theory]
    [InlineData("../../evil.dll")]
    [InlineData("/tmp/evil.dll")]
    public void A_deps_json_that_leads_out_of_the_folder_is_refused(string library)
    {
        ModulesHome.CopyOver("JsonNew", _home.Modules);
        var path = Path.Combine(_home.Modules, "MailStore.Fixtures.Json.deps.json");
        const string content = """{"runtimeTarget":{"name":"x"},"targets":{"x":{"Evil/1.0.0":{"runtimeTargets":{"LIBRARY":{}}}}}}""";
        File.WriteAllText(path, content.Replace("LIBRARY", library, StringComparison.Ordinal));
        File.Delete(Path.Combine(_home.Modules, "Newtonsoft.Json.dll"));
        AssertBroken($"names a library outside of the plugin's folder, '{library}'", "for its author to mend");
    }

    [Theory]
    [InlineData("MailStore.Fixtures.Json.dll")]
    [InlineData("MailStore.Fixtures.Json.deps.json")]
    [InlineData("Newtonsoft.Json.dll")]
    [InlineData("readme.txt")]
    public void A_pipe_is_not_waited_for(string file)
    {
        var path = Path.Combine(_home.Add("JsonNew"), file);
        File.Delete(path);
        using (var made = System.Diagnostics.Process.Start("mkfifo", [path]))
            made.WaitForExit();
        Assert.NotNull(Discover().Problem);
    }

    [Theory]
    [InlineData("MailStore.Sdk.dll")]
    [InlineData("lib/deep/MailStore.Sdk.dll")]
    public void A_copy_of_the_sdk_is_found_in_any_folder_of_the_plugin(string file)
    {
        var folder = _home.Add("JsonNew");
        _home.Write(Path.Combine("jsonnew", file), File.ReadAllBytes(Compiler.Sdk));
        AssertBroken("comes with a copy of the SDK of its own", $"delete {folder}/{file}");
    }

    [Fact]
    public void The_sdk_alone_is_no_plugin()
    {
        _home.Write("MailStore.Sdk.dll", File.ReadAllBytes(Compiler.Sdk));
        AssertBroken("MailStore.Sdk.dll", "remove it");
    }

    [Fact]
    public void Whatever_happens_to_the_bytes_of_a_plugin_its_look_ends_with_a_verdict()
    {
        var path = Path.Combine(_home.Add("Misbehaving"), "MailStore.Fixtures.Misbehaving.dll");
        var whole = File.ReadAllBytes(path);
        using (var file = new PEReader(new MemoryStream(whole)))
        {
            // most of a file is code, which nobody looks at: half of the changes are to the tables
            var headers = file.PEHeaders;
            var tables = Gen.Int[headers.MetadataStartOffset, headers.MetadataStartOffset + headers.MetadataSize - 1];
            var anywhere = Gen.Int[0, whole.Length - 1];
            var change = Gen.Select(Gen.OneOf(tables, anywhere), Gen.Byte);
            var iterations = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? 50_000 : 300;
            Gen.Select(change.Array[1, 20], Gen.OneOf(Gen.Const(whole.Length), anywhere)).Sample(
                (changes, length) =>
                {
                    var bytes = whole.ToArray();
                    foreach (var (at, value) in changes)
                        bytes[at] = value;
                    File.WriteAllBytes(path, bytes[..length]);
                    var plugin = Discover();
                    Assert.True(plugin.Problem is null || (plugin.Problem.Reason.Length > 0 && plugin.Problem.Remedy.Length > 0));
                },
                iter: iterations,
                threads: 1);
        }
    }

    private static byte[] Headers(Action<byte[], PEHeaders> change)
    {
        var bytes = File.ReadAllBytes(Path.Combine(ModulesHome.Fixture("JsonNew"), "MailStore.Fixtures.Json.dll"));
        using var file = new PEReader(new MemoryStream(bytes.ToArray()));
        change(bytes, file.PEHeaders);
        return bytes;
    }

    private static int CorDirectory(PEHeaders headers) => headers.PEHeaderStartOffset + (headers.PEHeader!.Magic == PEMagic.PE32 ? 96 : 112) + (14 * 8);

    private PluginFile Discover() => Assert.Single(PluginDiscovery.Discover(_home.Modules));

    private void AssertBroken(string reason, string remedy) => CompiledPlugin.AssertRefused(Discover(), reason, remedy);
}
