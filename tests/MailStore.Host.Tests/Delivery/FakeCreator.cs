using System.Collections.Concurrent;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery;

/// <summary>A creator that allocates and writes once.</summary>
internal sealed class FakeCreator : ICreator
{
    public ConcurrentQueue<UserRecord> Asked { get; } = [];

    /// <summary>What a creation does, in place of the usual.</summary>
    public Func<UserRecord, IAllocator, IUserDatabase, CancellationToken, ValueTask<UserRecord?>> Creating { get; set; } = CreateAsync;

    ValueTask<UserRecord?> ICreator.CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken)
    {
        Asked.Enqueue(user);
        return Creating(user, allocator, users, cancellationToken);
    }

    public static async ValueTask<UserRecord?> CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken)
    {
        var allocation = await allocator.AllocateAsync(user, cancellationToken);
        return await users.TryReplaceAsync(user with { Allocation = allocation }, cancellationToken)
            ?? await users.FindAsync(user.Name, cancellationToken);
    }
}
