namespace MailStore.Sdk.Conformance;

/// <summary>What most cases do with the module first.</summary>
internal static class CaseContextExtensions
{
    /// <summary>Opens and starts an instance; it is stopped and disposed after the case, unless the case does so itself.</summary>
    public static async Task<OpenedModule<TModule>> StartAsync<TUnderTest, TModule>(
        this CaseContext<TUnderTest> context, ModuleUnderTest<TModule> module, ModuleContext place)
        where TModule : class
    {
        context.Step("the constructor");
        var opened = await module.OpenAsync(place, context.CancellationToken).ConfigureAwait(false);
        context.CleanUp(opened.DisposeAsync);
        context.Step("StartAsync");
        context.CleanUp(() => opened.StopAsync(CancellationToken.None));
        await opened.StartAsync(context.CancellationToken).ConfigureAwait(false);
        return opened;
    }
}
