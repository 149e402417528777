namespace MailStore.Sdk.Conformance;

/// <summary>An instance in its life: stopped and disposed once, by the case or after it.</summary>
internal sealed class RunningModule<TModule>(OpenedModule<TModule> opened)
    where TModule : class
{
    private int _ended;

    public TModule Module => opened.Module;

    /// <summary>Constructs and starts an instance.</summary>
    public static async Task<RunningModule<TModule>> StartAsync<TUnderTest>(CaseContext<TUnderTest> context, ModuleUnderTest<TModule> module, ModuleContext place)
    {
        context.Step("the constructor");
        var opened = await module.OpenAsync(place, context.CancellationToken);
        var running = new RunningModule<TModule>(opened);
        // after a start that failed half-way, too
        context.CleanUp(running.StopAsync);
        context.Step("StartAsync");
        await opened.StartAsync(context.CancellationToken);
        return running;
    }

    public async ValueTask StopAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        try
        {
            await opened.StopAsync(CancellationToken.None);
        }
        finally
        {
            await opened.DisposeAsync();
        }
    }
}
