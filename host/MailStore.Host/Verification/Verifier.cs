using System.Diagnostics;
using System.Runtime.CompilerServices;
using MailStore.Host.Configuration;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;

namespace MailStore.Host.Verification;

/// <summary>Runs the conformance kit of a module's kind against it, case by case.</summary>
internal sealed class Verifier
{
    private readonly Func<string, CancellationToken, Task<ConformanceVerdict>> _run;

    private Verifier(IReadOnlyList<ConformanceCase> cases, Func<string, CancellationToken, Task<ConformanceVerdict>> run)
    {
        Cases = cases;
        _run = run;
    }

    public IReadOnlyList<ConformanceCase> Cases { get; }

    /// <param name="peer">See <see cref="VerifiedUserDatabase"/>.</param>
    public static Verifier For(VerifiedPlugin plugin, ConformanceOptions options, Func<ModuleContext, ProcessStartInfo> peer)
    {
        return plugin.Binding.Section.Kind switch
        {
            ModuleKind.Mda => Of(ConformanceKit.Agents, new VerifiedAgent(plugin)),
            ModuleKind.Creator => Of(ConformanceKit.Creators, new VerifiedCreator(plugin)),
            _ => Of(ConformanceKit.UserDatabases, new VerifiedUserDatabase(plugin, peer)),
        };

        Verifier Of<T>(ConformanceKit<T> kit, T module)
            where T : class => new(kit.Cases, (name, cancellationToken) => kit.RunAsync(name, module, options, cancellationToken));
    }

    /// <summary>Runs cases, one after the other. Throws only when cancelled.</summary>
    public async IAsyncEnumerable<CaseReport> RunAsync(IEnumerable<ConformanceCase> cases, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var found in cases)
        {
            var started = Stopwatch.GetTimestamp();
            var (verdict, message) = await JudgeAsync(found, cancellationToken);
            yield return new CaseReport(found.Name, found.Requirement, verdict, message, Stopwatch.GetElapsedTime(started));
        }
    }

    private async Task<(CaseVerdict Verdict, string Message)> JudgeAsync(ConformanceCase found, CancellationToken cancellationToken)
    {
        try
        {
            var verdict = await _run(found.Name, cancellationToken);
            return (verdict.IsKept ? CaseVerdict.Kept : CaseVerdict.NotOffered, verdict.Remark);
        }
        catch (ConformanceException exception)
        {
            return (CaseVerdict.Broken, exception.Message);
        }
    }
}
