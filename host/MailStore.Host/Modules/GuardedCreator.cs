using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>A creator behind its boundary.</summary>
internal sealed class GuardedCreator(ICreator inner, ModuleBoundary boundary) : ICreator
{
    private static readonly CallKind<(ICreator Creator, UserRecord User, IAllocator Allocator, IUserDatabase Users), UserRecord?> CreateCall = new(
        "CreateAsync",
        static (call, cancellationToken) => call.Creator.CreateAsync(call.User, call.Allocator, call.Users, cancellationToken),
        static (call, record) => record is null ? null
            : RecordCheck.OfStored(record, call.User.Name) ?? (record.Allocation is null ? "a record without an allocation" : null),
        Patience.Outer);

    public ValueTask<UserRecord?> CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken) =>
        boundary.CallAsync(CreateCall, user.Name, (inner, user, allocator, users), cancellationToken);
}
