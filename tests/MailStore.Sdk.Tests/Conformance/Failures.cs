using System.Collections.Concurrent;
using MailStore.Sdk.Conformance;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>Runs many cases side by side.</summary>
internal static class Failures
{
    private static readonly ConformanceOptions Options = new() { TimeLimit = TimeSpan.FromMinutes(2) };

    /// <summary>All cases that the module does not keep, with what the author is told.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> OfAsync<TUnderTest>(ConformanceKit<TUnderTest> kit, TUnderTest module, Func<string, bool> choose)
        where TUnderTest : class
    {
        var failures = new ConcurrentDictionary<string, string>();
        await Parallel.ForEachAsync(kit.Names.Where(choose), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (name, cancellationToken) =>
        {
            try
            {
                await kit.RunAsync(name, module, Options, cancellationToken);
            }
            catch (ConformanceException failure)
            {
                failures[name] = failure.Message;
            }
        });
        return failures;
    }
}
