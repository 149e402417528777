namespace MailStore.Sdk.Conformance;

/// <summary>Runs a case off the caller's thread, within its time, and cleans up behind it.</summary>
internal static class CaseRunner
{
    public static async Task<ConformanceVerdict> RunAsync<TUnderTest>(
        ConformanceCase<TUnderTest> found, TUnderTest module, ConformanceOptions options, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var context = new CaseContext<TUnderTest>(module, options, limit.Token);
        // a module that blocks for ever keeps this thread, never the caller's
        var running = Task.Run(() => RunToEndAsync(found, context), CancellationToken.None);
        try
        {
            return await running.WaitAsync(options.TimeLimit, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await limit.CancelAsync().ConfigureAwait(false);
            throw new ConformanceException($"{context.Doing} did not come to an end within {options.TimeLimit.TotalSeconds:0} seconds");
        }
    }

    private static async Task<ConformanceVerdict> RunToEndAsync<TUnderTest>(ConformanceCase<TUnderTest> found, CaseContext<TUnderTest> context)
    {
        try
        {
            await found.CheckAsync(context).ConfigureAwait(false);
            return ConformanceVerdict.Kept;
        }
        catch (NotOfferedException notOffered)
        {
            return ConformanceVerdict.NotOffered(notOffered.Message);
        }
        catch (Exception exception) when (exception is not ConformanceException && !context.CancellationToken.IsCancellationRequested)
        {
            // the boundary of a module: whatever it throws where nothing was to be thrown is a breach of the contract
            throw new ConformanceException($"{context.Doing} threw {exception.GetType().Name}: {exception.Message}", exception);
        }
        finally
        {
            await context.CleanUpAsync().ConfigureAwait(false);
        }
    }
}
