using CsCheck;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;

namespace MailStore.Host.Tests.Modules;

public sealed class ModulesLockTests : IDisposable
{
    private const string Hash = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private readonly ModulesHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void No_file_pins_nothing() => Assert.Empty(Read([]).Pins);

    [Fact]
    public void What_is_written_is_read_again_whatever_the_names()
    {
        var name = Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Gen.Char["\"\\'.\u00e4\u2028\n\t"]), 1, 12];
        var hash = Gen.Char["0123456789abcdef"].Array[64].Select(digits => new string(digits));
        var pin = Gen.Select(name, name, Gen.Dictionary(name, hash)[1, 4], Gen.Int[0, int.MaxValue]).Select((plugin, version, files, time) =>
            new PluginPin(plugin, DateTimeOffset.FromUnixTimeSeconds(time), version, null, files));
        pin.Array[0, 4].Sample(
            pins =>
            {
                var written = ModulesLock.Empty.With(pins.DistinctBy(each => each.Name));
                File.WriteAllText(ModulesLock.PathIn(_home.Modules), ModulesLockWriter.Text(written));
                var read = Read([]);
                Assert.Equal(written.Pins.Select(Text), read.Pins.Select(Text));
            },
            iter: 100,
            threads: 1);

        static string Text(PluginPin pin) => $"{pin.Name} {pin.Pinned:O} {pin.Version} {pin.Sdk} {string.Join(",", pin.Files.OrderBy(file => file.Key, StringComparer.Ordinal))}";
    }

    [Theory]
    [InlineData("", "(1,1): 'format = 1' is missing")]
    [InlineData("format = 2", "(1,1): this program reads the format 1, not 2")]
    [InlineData("format = 1\nplugins = 1", "(2,1): unknown key 'plugins'; did you mean 'plugin'?")]
    [InlineData("format = 1\n[plugin]\nx = 1", "(3,1): a plugin is a table: [plugin.x]")]
    [InlineData("format = 1\n[plugin.x]\npinned = \"2026-01-31T12:00:00Z\"", "(2,1): [plugin.x] names no files")]
    [InlineData("format = 1\n[plugin.x]\n[plugin.x.files]\na = \"" + Hash + "\"", "(2,1): 'pinned' is missing in [plugin.x]")]
    [InlineData("format = 1\n[plugin.x]\npinned = \"today\"\n[plugin.x.files]\na = \"" + Hash + "\"", "(3,1): 'pinned' takes a time")]
    [InlineData("format = 1\n[plugin.x]\npinned = \"2026-01-31T12:00:00Z\"\nsdk = 1\n[plugin.x.files]\na = \"" + Hash + "\"", "(4,1): 'sdk' takes text in quotes, not 1")]
    [InlineData("format = 1\n[plugin.x]\npinned = \"2026-01-31T12:00:00Z\"\n[plugin.x.files]\na = \"sha256:00\"", "(5,1): 'a' takes \"sha256:\" and 64 digits")]
    [InlineData("format = 1\n[plugin.x]\npinned = \"2026-01-31T12:00:00Z\"\n[plugin.x.files]\na = \"" + Hash + "\"\na = \"" + Hash + "\"", "(6,1): duplicate key")]
    [InlineData("format = 1\n[plugin.x\n", "(2,")]
    [InlineData("<html>", "(1,")]
    public void Whatever_is_not_as_it_was_written_is_a_mistake_with_its_place(string text, string told)
    {
        var path = _home.Write("modules.lock", System.Text.Encoding.UTF8.GetBytes(text + "\n"));
        var mistakes = new List<Mistake>();
        Assert.Empty(Read(mistakes).Pins);
        Assert.Contains(mistakes, mistake => mistake.ToString().StartsWith(path + told, StringComparison.Ordinal));
    }

    [Fact]
    public void A_change_leaves_the_rest_and_can_be_read_by_all_and_written_by_nobody_else()
    {
        Change(Pin("one"));
        Change(Pin("two"));
        Assert.Equal(["one", "two"], Read([]).Pins.Select(pin => pin.Name));
        Assert.Equal((UnixFileMode)0x1A4, File.GetUnixFileMode(ModulesLock.PathIn(_home.Modules)));
        Assert.Equal([ModulesLock.PathIn(_home.Modules)], Directory.GetFiles(_home.Modules));
    }

    [Fact]
    public async Task Changes_at_the_same_time_all_count()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => Change(Pin($"plugin-{i}")))));
        Assert.Equal(20, Read([]).Pins.Count);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_not_written_over()
    {
        var path = _home.Write("modules.lock", "half of"u8.ToArray());
        var mistakes = new List<Mistake>();
        Assert.Null(ModulesLockWriter.Change(_home.Modules, known => known, mistakes));
        Assert.NotEmpty(mistakes);
        Assert.Equal("half of", File.ReadAllText(path));
    }

    private static PluginPin Pin(string name) => new(name, DateTimeOffset.UnixEpoch, "1.0", "0.1.0", new Dictionary<string, string> { ["a.dll"] = Hash[7..] });

    private void Change(PluginPin pin) => Assert.NotNull(ModulesLockWriter.Change(_home.Modules, known => known.With([pin]), []));

    private ModulesLock Read(List<Mistake> mistakes)
    {
        var read = ModulesLock.Read(_home.Modules, mistakes);
        return read;
    }
}
