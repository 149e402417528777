using Company.Module1;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

[assembly: MailStoreModule("sample-module", typeof(SampleCreator))]

namespace Company.Module1;

/// <summary>
/// Allocates, then writes only if the record has not changed (compare-and-set). Who comes second releases what he allocated, and takes what the winner wrote.
/// </summary>
public sealed partial class SampleCreator(SampleOptions options, ILogger<SampleCreator> logger, TimeProvider clock) : ICreator
{
    private const int MaxWrites = 3;

    public async ValueTask<UserRecord?> CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken)
    {
        UserRecord? current = user;
        for (var attempt = 0; current is not null && await allocator.NeedsAllocationAsync(current, cancellationToken); attempt++)
        {
            if (attempt == options.MaxAttempts)
                throw new TemporaryFailureException($"the record of '{user.Name}' changed under {attempt} attempts to allocate him; the next mail tries again");
            cancellationToken.ThrowIfCancellationRequested();
            var allocation = await allocator.AllocateAsync(current, cancellationToken);
            var found = await WriteAsync(current, allocation, users, cancellationToken);
            if (found?.Allocation?.Id == allocation.Id)
                return found;
            await ReleaseAsync(user.Name, found, allocation, allocator);
            current = found;
        }

        return current;
    }

    /// <summary>Writes the allocation, and finds out by a fresh read whether it came to stand there.</summary>
    /// <returns>The record with this allocation, or one of another version, or null if the user is gone: only then may the allocation be released.</returns>
    private async Task<UserRecord?> WriteAsync(UserRecord user, Allocation allocation, IUserDatabase users, CancellationToken cancellationToken)
    {
        for (var write = 1; write <= MaxWrites; write++)
        {
            using var patience = new CancellationTokenSource(options.Patience, clock);
            try
            {
                // the caller may stop the first write, but not those that find out what became of it
                if (await users.TryReplaceAsync(user with { Allocation = allocation }, write == 1 ? cancellationToken : patience.Token) is { } written)
                    return written;
            }
            catch (Exception e) // whatever it is, the outcome of the write is unknown, and the fresh read decides
            {
                LogUnknown(logger, user.Name, allocation.Id, e);
            }

            var found = await ReadAsync(user.Name, users, patience.Token);
            if (found is null || found.Version != user.Version)
                return found;
            // the record is still the one that was read: the write may yet arrive, and to make it again is safe
        }

        throw Unknown(user.Name);
    }

    private static async Task<UserRecord?> ReadAsync(string name, IUserDatabase users, CancellationToken cancellationToken)
    {
        try
        {
            return await users.FindAsync(name, cancellationToken);
        }
        catch (Exception e) // nobody knows now which allocation counts, so nothing may be released
        {
            throw Unknown(name, e);
        }
    }

    private async Task ReleaseAsync(string name, UserRecord? current, Allocation lost, IAllocator allocator)
    {
        using var patience = new CancellationTokenSource(options.Patience, clock);
        try
        {
            await allocator.ReleaseAsync(current, lost, patience.Token);
        }
        catch (Exception e) // the mail can be delivered all the same
        {
            LogNotReleased(logger, name, lost.Id, e);
        }
    }

    private static TemporaryFailureException Unknown(string name, Exception? fault = null) =>
        new($"whether the allocation of '{name}' was written is unknown, since the user database does not serve; the next mail tries again", fault);

    [LoggerMessage(1, LogLevel.Warning, "user {User}: the write of allocation {Allocation} has an unknown outcome; reading again")]
    private static partial void LogUnknown(ILogger logger, string user, string allocation, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "user {User}: allocation {Allocation} came second and could not be released")]
    private static partial void LogNotReleased(ILogger logger, string user, string allocation, Exception exception);
}
