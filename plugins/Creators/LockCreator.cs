using MailStore.Creators;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

[assembly: MailStoreModule("lock", typeof(LockCreator))]

namespace MailStore.Creators;

/// <summary>
/// The creator <c>lock</c>: locks the user in the database while it allocates, so that normally nothing is allocated twice. It looks again after it got the
/// lock, and writes by compare-and-set all the same: a lock that expired in the middle harms nothing.
/// </summary>
internal sealed class LockCreator(ILogger<LockCreator> logger, TimeProvider clock) : ICreator, IUserDatabaseRequirements
{
    private const string NeedsLocks =
        "creator = \"lock\" needs a user database that can lock users, and the configured one cannot; choose creator = \"trial\", or another userdb";

    private readonly AllocationRace _race = new(logger, clock);

    public string? FindUnmet(IUserDatabase users) => users is IUserLocks ? null : NeedsLocks;

    public async ValueTask<UserRecord?> CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken)
    {
        if (users is not IUserLocks locks)
            throw new ModuleConfigurationException(NeedsLocks);

        var held = await locks.LockAsync(user.Name, cancellationToken).ConfigureAwait(false);
        try
        {
            var current = await users.FindAsync(user.Name, cancellationToken).ConfigureAwait(false);
            var allocated = await _race.RunAsync(current, allocator, users, cancellationToken).ConfigureAwait(false);
            if (held.Lost.IsCancellationRequested)
                logger.LockLost(user.Name);
            return allocated;
        }
        finally
        {
            await LetGoAsync(held, user.Name).ConfigureAwait(false);
        }
    }

    private async ValueTask LetGoAsync(IUserLock held, string name)
    {
        try
        {
            await held.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // What the race came to stands, whatever becomes of the lock, which expires by itself.
            logger.NotUnlocked(name, e);
        }
    }
}
