using MailStore.Sdk.Conformance;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>The kit finds what is broken, in the case that is about it. The long form runs the whole kit against each, and asks that nothing else fails.</summary>
public sealed class BrokenModuleTests
{
    private static readonly ConformanceOptions Options = new() { TimeLimit = TimeSpan.FromSeconds(20) };
    private static readonly ConformanceOptions Impatient = new() { TimeLimit = TimeSpan.FromSeconds(6) };

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";

    public static TheoryData<string> Flaws => [.. BrokenModules.Agents.Select(broken => broken.Flaw)];

    [Theory, MemberData(nameof(Flaws))]
    public async Task A_module_fails_that(string flaw)
    {
        var broken = BrokenModules.Agents.Single(found => found.Flaw == flaw);
        var options = flaw is "blocks for ever" or "ignores cancellation" or "ignores the cancellation of imports" ? Impatient : Options;
        var failure = await Assert.ThrowsAsync<ConformanceException>(() => ConformanceKit.Agents.RunAsync(broken.Case, broken.Module, options));
        Assert.Contains(broken.Message, failure.Message, StringComparison.Ordinal);
        if (!IsLong)
            return;

        var failures = new List<string>();
        foreach (var name in ConformanceKit.Agents.Names)
        {
            try
            {
                await ConformanceKit.Agents.RunAsync(name, broken.Module, options);
            }
            catch (ConformanceException)
            {
                failures.Add(name);
            }
        }

        Assert.DoesNotContain(failures, name => !broken.Explains(name));
    }
}
