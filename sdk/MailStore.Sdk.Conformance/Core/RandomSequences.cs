using System.Globalization;

namespace MailStore.Sdk.Conformance;

/// <summary>Random sequences of operations, each tried on a fresh place; the shortest one that still fails is told, with the seed.</summary>
internal static class RandomSequences
{
    private const int ShrinkingTries = 200;

    /// <param name="context">Chance and effort.</param>
    /// <param name="generate">Makes one operation.</param>
    /// <param name="run">Runs a sequence against the module and a model; throws when they differ. Called many times.</param>
    /// <param name="sequences">How many sequences, before <see cref="CaseContext{T}.Effort"/>.</param>
    /// <param name="length">How long the longest is.</param>
    /// <exception cref="ConformanceException">One failed: which one, shortened, and how to have it again.</exception>
    public static async Task CheckAsync<TUnderTest, TOperation>(
        CaseContext<TUnderTest> context, Func<Random, TOperation> generate, Func<IReadOnlyList<TOperation>, Task> run, int sequences, int length)
    {
        for (var i = 0; i < sequences * context.Effort; i++)
        {
            // the first of a seed is the one that the seed stands for, so that a failure is had again at once
            var seed = unchecked(context.Seed + i);
            var random = new Random(seed);
            var operations = Enumerable.Range(0, random.Next(1, length + 1)).Select(_ => generate(random)).ToList();
            if (await TryAsync(run, operations).ConfigureAwait(false) is not { } failure)
                continue;
            (operations, failure) = await ShrinkAsync(run, operations, failure, context.CancellationToken).ConfigureAwait(false);
            var steps = string.Join("; ", operations.Select((operation, step) => string.Create(CultureInfo.InvariantCulture, $"{step + 1}. {operation}")));
            throw new ConformanceException($"{failure.Message}. Seed {seed}, shortened to {operations.Count} steps: {steps}", failure);
        }
    }

    private static async Task<Exception?> TryAsync<TOperation>(Func<IReadOnlyList<TOperation>, Task> run, IReadOnlyList<TOperation> operations)
    {
        try
        {
            await run(operations).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException and not NotOfferedException) // the boundary of a module
        {
            return exception;
        }
    }

    /// <summary>Leaves out halves, quarters, …, single steps for as long as it still fails.</summary>
    private static async Task<(List<TOperation> Operations, Exception Failure)> ShrinkAsync<TOperation>(
        Func<IReadOnlyList<TOperation>, Task> run, List<TOperation> operations, Exception failure, CancellationToken cancellationToken)
    {
        var tries = 0;
        for (var chunk = operations.Count / 2; chunk >= 1;)
        {
            var shrunk = false;
            for (var at = 0; at < operations.Count && tries < ShrinkingTries && operations.Count > 1; at += chunk)
            {
                cancellationToken.ThrowIfCancellationRequested();
                tries++;
                var shorter = operations.Where((_, index) => index < at || index >= at + chunk).ToList();
                if (shorter.Count == 0 || await TryAsync(run, shorter).ConfigureAwait(false) is not { } still)
                    continue;
                (operations, failure, shrunk) = (shorter, still, true);
                at -= chunk;
            }

            if (!shrunk || chunk > operations.Count)
                chunk /= 2;
        }

        return (operations, failure);
    }
}
