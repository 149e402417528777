using System.Runtime.InteropServices;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>A creator behind its boundary. It has requirements, and serves one host only, where the module's creator does.</summary>
internal sealed class GuardedCreator(ICreator inner, ModuleBoundary boundary) : ICreator, IDynamicInterfaceCastable
{
    private static readonly Capabilities Optional = new(
        (typeof(ISingleHostCreator), typeof(IGuardedSingleHostCreator)),
        (typeof(IUserDatabaseRequirements), typeof(IGuardedUserDatabaseRequirements)));

    private static readonly CallKind<(ICreator Creator, UserRecord User, IAllocator Allocator, IUserDatabase Users), UserRecord?> CreateCall = new(
        "CreateAsync",
        static (call, cancellationToken) => call.Creator.CreateAsync(call.User, call.Allocator, call.Users, cancellationToken),
        static (call, record) => record is null ? null
            : RecordCheck.OfStored(record, call.User.Name) ?? (record.Allocation is null ? "a record without an allocation" : null),
        Patience.Outer);

    public ICreator Inner => inner;

    public ModuleBoundary Boundary => boundary;

    public ValueTask<UserRecord?> CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken) =>
        boundary.CallAsync(CreateCall, user.Name, (inner, user, allocator, users), cancellationToken);

    bool IDynamicInterfaceCastable.IsInterfaceImplemented(RuntimeTypeHandle interfaceType, bool throwIfNotImplemented) =>
        Optional.Has(inner, interfaceType);

    RuntimeTypeHandle IDynamicInterfaceCastable.GetInterfaceImplementation(RuntimeTypeHandle interfaceType) =>
        Optional.GuardOf(interfaceType);
}
