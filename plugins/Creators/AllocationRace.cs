using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Creators;

/// <summary>
/// Allocates a user and writes the allocation by compare-and-set, against others who do the same at the same instant: one allocation comes to count,
/// and what lost is released. What <c>lock</c> and <c>trial</c> share.
/// </summary>
/// <remarks>
/// <para>An allocation is released only when it can never count any more: a fresh read shows that the record is gone or has another version than the one that
/// it was to be written on. As long as the version is the same, a write of unknown outcome may still arrive; then the same write is made
/// again, which is safe, because a compare-and-set on one version succeeds once.</para>
/// <para>Where the record changed but still needs an allocation (the administrator forced a setting meanwhile), the old allocation is released and a new
/// one made: it was made for settings that no longer hold.</para>
/// <para>Once something is allocated, cancellation no longer stops the write and the reads that find out what became of it, only further attempts. They have a
/// deadline of their own.</para>
/// </remarks>
internal sealed class AllocationRace(ILogger logger, TimeProvider clock)
{
    private const int MaxAllocations = 8;
    private const int MaxWrites = 3;
    private static readonly TimeSpan OwnTime = TimeSpan.FromSeconds(10);

    /// <summary>Runs the race from a record as it was read.</summary>
    /// <returns>The record as it stands, allocated by us or by another; null if the user is gone.</returns>
    public async ValueTask<UserRecord?> RunAsync(UserRecord? user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken)
    {
        for (var made = 0; user is not null && await allocator.NeedsAllocationAsync(user, cancellationToken).ConfigureAwait(false); made++)
        {
            if (made == MaxAllocations)
                throw new TemporaryFailureException($"user '{user.Name}' could not be allocated: his record changed under {made} attempts in a row; the next mail tries again");
            cancellationToken.ThrowIfCancellationRequested();

            var allocation = await allocator.AllocateAsync(user, cancellationToken).ConfigureAwait(false);
            var current = await WriteAsync(user, allocation, users, cancellationToken).ConfigureAwait(false);
            if (current?.Allocation?.Id == allocation.Id)
                return current;

            await ReleaseAsync(user.Name, current, allocation, allocator).ConfigureAwait(false);
            user = current;
        }

        return user;
    }

    /// <summary>Writes the allocation, and finds out whether it came to stand there.</summary>
    /// <returns>The record with this allocation, or one of another version, or null if the user is gone.</returns>
    private async ValueTask<UserRecord?> WriteAsync(UserRecord user, Allocation allocation, IUserDatabase users, CancellationToken cancellationToken)
    {
        for (var write = 1; ; write++)
        {
            Exception? fault = null;
            try
            {
                using var deadline = new CancellationTokenSource(OwnTime, clock);

                // The first write heeds the caller; one that finds out what became of it must not be stopped by him.
                var token = write == 1 && !cancellationToken.IsCancellationRequested ? cancellationToken : deadline.Token;
                if (await users.TryReplaceAsync(user with { Allocation = allocation }, token).ConfigureAwait(false) is { } written)
                    return written;
            }
            catch (Exception e)
            {
                // Whatever it is, the outcome of the write is unknown, and the fresh read below decides.
                fault = e;
                logger.WriteOfUnknownOutcome(user.Name, allocation.Id, e);
            }

            var current = await ReadAsync(user.Name, allocation, users, fault).ConfigureAwait(false);
            if (current is null || current.Version != user.Version || current.Allocation?.Id == allocation.Id)
                return current;
            if (write == MaxWrites)
                throw Unknown(user.Name, allocation, fault);
        }
    }

    private async ValueTask<UserRecord?> ReadAsync(string name, Allocation allocation, IUserDatabase users, Exception? fault)
    {
        using var deadline = new CancellationTokenSource(OwnTime, clock);
        try
        {
            return await users.FindAsync(name, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever it is, nobody knows now which allocation counts, so nothing may be released.
            throw Unknown(name, allocation, fault ?? e);
        }
    }

    private async ValueTask ReleaseAsync(string name, UserRecord? current, Allocation lost, IAllocator allocator)
    {
        using var deadline = new CancellationTokenSource(OwnTime, clock);
        try
        {
            await allocator.ReleaseAsync(current, lost, deadline.Token).ConfigureAwait(false);
            logger.Released(name, lost.Id, current?.Allocation?.Id ?? "none");
        }
        catch (Exception e)
        {
            // The user's mail can be delivered all the same; what is left is swept, or stays without mail.
            logger.NotReleased(name, lost.Id, e);
        }
    }

    private static TemporaryFailureException Unknown(string name, Allocation allocation, Exception? fault) => new(
        $"whether the allocation {allocation.Id} of user '{name}' was written is unknown, because the user database does not serve: {fault?.Message}. Nothing was released; the next mail tries again", fault);
}
