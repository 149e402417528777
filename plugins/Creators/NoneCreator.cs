using MailStore.Creators;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

[assembly: MailStoreModule("none", typeof(NoneCreator))]

namespace MailStore.Creators;

/// <summary>
/// The creator <c>none</c>: for one server and one process. The first mails of one user go one after the other through a gate of this process; nothing stands
/// against another process, whose allocation is overwritten, and mail in its place is seen by nobody.
/// </summary>
internal sealed class NoneCreator : ICreator, ISingleHostCreator
{
    private const int MaxWrites = 8;

    // few users share a gate, and those only wait for each other
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1))];

    private readonly ILogger _logger;

    public NoneCreator(ILogger<NoneCreator> logger)
    {
        _logger = logger;
        logger.NoneIsForOneProcess();
    }

    public async ValueTask<UserRecord?> CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken)
    {
        var gate = _gates[(uint)user.Name.GetHashCode(StringComparison.Ordinal) % _gates.Length];
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var current = await users.FindAsync(user.Name, cancellationToken).ConfigureAwait(false);
            return current is null || !await allocator.NeedsAllocationAsync(current, cancellationToken).ConfigureAwait(false)
                ? current
                : await AllocateAsync(current, allocator, users, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            gate.Release();
        }
    }

    private async ValueTask<UserRecord?> AllocateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken)
    {
        var allocation = await allocator.AllocateAsync(user, cancellationToken).ConfigureAwait(false);
        var current = user;
        Exception? fault = null;
        for (var write = 0; write < MaxWrites; write++)
        {
            try
            {
                // Of what the administrator did meanwhile all is kept; another process's allocation is overwritten.
                if (await users.TryReplaceAsync(current with { Allocation = allocation }, cancellationToken).ConfigureAwait(false) is { } written)
                    return written;
            }
            catch (Exception e)
            {
                // Whatever it is, the outcome of the write is unknown, and the fresh read below decides.
                fault = e;
            }

            if (await users.FindAsync(user.Name, cancellationToken).ConfigureAwait(false) is not { } found)
            {
                await ReleaseAsync(user.Name, allocation, allocator, cancellationToken).ConfigureAwait(false);
                return null;
            }

            if (found.Allocation?.Id == allocation.Id)
                return found;
            current = found;
        }

        throw new TemporaryFailureException(
            $"user '{user.Name}' could not be allocated: {MaxWrites} writes in a row failed, or his record changed under them ({fault?.Message ?? "no fault"}); creator = \"none\" is for one process, choose \"trial\" or \"lock\" for more",
            fault);
    }

    private async ValueTask ReleaseAsync(string name, Allocation lost, IAllocator allocator, CancellationToken cancellationToken)
    {
        try
        {
            await allocator.ReleaseAsync(null, lost, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // The user is gone all the same; what is left is swept.
            _logger.NotReleased(name, lost.Id, e);
        }
    }
}
