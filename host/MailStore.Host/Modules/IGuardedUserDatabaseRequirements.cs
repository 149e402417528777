using System.Runtime.InteropServices;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>What a <see cref="GuardedCreator"/> asks where the module's creator is an <see cref="IUserDatabaseRequirements"/>.</summary>
[DynamicInterfaceCastableImplementation]
internal interface IGuardedUserDatabaseRequirements : IUserDatabaseRequirements
{
    // blocks, as the contract has it: asked at the start only, and given up after its time
    string? IUserDatabaseRequirements.FindUnmet(IUserDatabase users)
    {
        var guarded = (GuardedCreator)(object)this;
        return guarded.Boundary.CallAsync(ModuleInstance.RequirementsCall, null, ((IUserDatabaseRequirements)guarded.Inner, users), CancellationToken.None)
            .AsTask().GetAwaiter().GetResult();
    }
}
