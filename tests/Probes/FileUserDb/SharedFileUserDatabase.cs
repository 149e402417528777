using MailStore.Sdk;

namespace MailStore.Probes;

/// <summary>The same, open in several processes at once.</summary>
public sealed class SharedFileUserDatabase(ModuleContext context, TimeSpan lease, Flaw flaw = Flaw.None) : FileUserDatabase(context, lease, flaw), ISharedUserDatabase
{
    protected override bool IsShared => true;

    public ValueTask<TimeSpan> GetLockLeaseAsync(CancellationToken cancellationToken) => new(Lease);
}
