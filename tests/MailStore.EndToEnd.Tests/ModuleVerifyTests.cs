using System.Text.Json;

namespace MailStore.EndToEnd.Tests;

/// <summary>'mailstore module verify': the kit against a plugin as the server would load it.</summary>
public sealed class ModuleVerifyTests
{
    [Theory]
    [InlineData("maildir", "mda")]
    [InlineData("mbox", "mda")]
    [InlineData("litedb", "mda", "userdb")]
    [InlineData("lock", "creator")]
    [InlineData("trial", "creator")]
    [InlineData("none", "creator")]
    public async Task The_modules_that_come_with_the_program_keep_the_contract(string module, params string[] kinds)
    {
        using var place = new TestPlace();
        var result = await place.RunAsync("module", "verify", module, "--json", "--scratch", place.Directory);
        var lines = Lines(result);
        var cases = lines.Where(line => line.TryGetProperty("case", out _)).ToList();
        Assert.Equal(kinds, cases.Select(found => found.GetProperty("kind").GetString()).Distinct().Order(StringComparer.Ordinal));
        Assert.DoesNotContain(cases, found => string.IsNullOrEmpty(found.GetProperty("requirement").GetString()));
        var broken = cases.Where(found => found.GetProperty("verdict").GetString() == "broken").ToList();
        Assert.True(broken.Count == 0, string.Join('\n', broken));
        var summaries = lines.Except(cases).ToList();
        Assert.Equal(kinds.Length, summaries.Count);
        Assert.All(summaries, summary => Assert.True(summary.GetProperty("passed").GetBoolean()));
        result.Succeeded();
        Assert.Equal(["mailstore.toml"], LeftIn(place));
    }

    [Fact]
    public async Task What_is_broken_is_told_with_the_requirement_and_the_exit_code_is_1()
    {
        using var place = new TestPlace();
        place.Configure("[mda.misbehaving]\ncall = \"deliver\"\nbehaviour = \"throw\"\n", place.OwnModules("Misbehaving"));
        var result = await place.RunAsync("module", "verify", "misbehaving", "--scratch", place.Directory);
        result.ExitCodeIs(1);
        Assert.Contains("BROKEN", result.Output, StringComparison.Ordinal);
        Assert.Contains("DeliverAsync", result.Output, StringComparison.Ordinal);
        Assert.Contains("mda 'misbehaving' breaks the contract", result.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?m)^\s+at [\w.<>`+]+\(", result.Output + result.Errors);
    }

    [Fact]
    public async Task The_options_are_those_of_the_configuration_and_the_place_is_not()
    {
        using var place = new TestPlace("[mda.archive]\nmodule = \"maildir\"\npath = \"elsewhere/{hash:2}/{user}\"\n");
        var output = (await place.RunAsync("module", "verify", "archive", "--case", "life:", "--scratch", place.Directory)).Succeeded().Output;
        Assert.Contains("options of [mda.archive]", output, StringComparison.Ordinal);
        Assert.Equal(["mailstore.toml"], LeftIn(place));
    }

    [Fact]
    public async Task A_folder_and_a_DLL_are_verified_wherever_they_are()
    {
        using var place = new TestPlace();
        var folder = Path.Combine(place.Directory, "elsewhere");
        TestPlace.CopyFolder(Path.Combine(MailStoreProgram.ModulesDirectory, "creators"), folder);
        foreach (var path in (string[])["./elsewhere", Path.Combine(folder, "MailStore.Creators.dll")])
        {
            var output = (await place.RunAsync("module", "verify", path, "--case", "life:")).Succeeded().Output;
            foreach (var module in (string[])["lock", "trial", "none"])
                Assert.Contains($"creator '{module}' keeps the contract", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_plugin_that_cannot_be_loaded_is_no_stack_trace_and_exit_code_1()
    {
        using var place = new TestPlace();
        var dll = Path.Combine(place.Directory, "x.dll");
        await File.WriteAllTextAsync(dll, "this is no DLL");
        Assert.Contains("is not a .NET assembly", (await place.RunAsync("module", "verify", dll)).FailedClearly(1).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_that_lead_out_of_the_scratch_place_are_refused()
    {
        using var place = new TestPlace();
        var outside = Path.Combine(place.Directory, "outside");
        place.Configure($"[mda.maildir]\npath = \"{outside}/{{user}}\"\n", MailStoreProgram.ModulesDirectory);
        var refused = (await place.RunAsync("module", "verify", "maildir")).FailedClearly(78);
        Assert.Contains("--config", refused.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(outside));
    }

    [Fact]
    public async Task A_name_that_is_none_is_told_with_a_near_one()
    {
        using var place = new TestPlace();
        Assert.Contains("did you mean 'maildir'?", (await place.RunAsync("module", "verify", "maildri")).FailedClearly(65).Errors, StringComparison.Ordinal);
        Assert.Contains("there is no plugin at", (await place.RunAsync("module", "verify", "./nowhere")).FailedClearly(66).Errors, StringComparison.Ordinal);
        Assert.Contains("no case", (await place.RunAsync("module", "verify", "maildir", "--case", "xyz")).FailedClearly(65).Errors, StringComparison.Ordinal);
    }

    private static List<JsonElement> Lines(CommandResult result) =>
        [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];

    private static IEnumerable<string?> LeftIn(TestPlace place) => Directory.EnumerateFileSystemEntries(place.Directory).Select(Path.GetFileName);
}
