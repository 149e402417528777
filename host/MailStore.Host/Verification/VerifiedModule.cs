using System.Runtime.ExceptionServices;
using MailStore.Host.Modules;
using MailStore.Sdk.Conformance;

namespace MailStore.Host.Verification;

/// <summary>An instance for the conformance kit: behind the boundary that the host would have around it.</summary>
internal sealed class VerifiedModule<TContract>(ModuleInstance instance) : OpenedModule<TContract>((TContract)instance.Guarded)
    where TContract : class
{
    public override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await instance.StartAsync(cancellationToken);
        }
        catch (ModuleStartException exception)
        {
            // the kit judges what the module threw
            ExceptionDispatchInfo.Throw(exception.InnerException ?? exception);
        }
    }

    public override async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        // the host waits no longer: there is nothing to be said of the module
        if (await instance.StopAsync(cancellationToken) is { } reason && !cancellationToken.IsCancellationRequested)
            throw new InvalidOperationException($"it did not stop in order: {reason}");
    }

    public override async ValueTask DisposeAsync()
    {
        await instance.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
