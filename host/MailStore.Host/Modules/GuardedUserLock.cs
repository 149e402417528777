using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>A lock of a user database behind its boundary.</summary>
internal sealed class GuardedUserLock(IUserLock inner, ModuleBoundary boundary, string name, CancellationToken lost) : IUserLock
{
    public CancellationToken Lost => lost;

    public async ValueTask DisposeAsync() => await boundary.CallAsync(Disposal.Call, name, (object)inner, CancellationToken.None);
}
