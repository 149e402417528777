namespace MailStore.Sdk.Tests.Conformance;

/// <summary>A small creator that keeps the contract, but for the one flaw that it is given. It locks where the flaw is about locks.</summary>
internal class SampleCreator(CreatorFlaw flaw) : ICreator
{
    private readonly bool _locks = flaw is CreatorFlaw.KeepsTheLockAfterAFault or CreatorFlaw.TrustsTheLock or CreatorFlaw.NeedsLocksAndDoesNotSaySo;

    public static ICreator Of(CreatorFlaw flaw) => flaw == CreatorFlaw.SaysOneHostAndHasNoGate ? new SingleHost(flaw) : new SampleCreator(flaw);

    public async ValueTask<UserRecord?> CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken)
    {
        if (flaw == CreatorFlaw.IgnoresCancellation)
            cancellationToken = CancellationToken.None;
        if (!_locks || (users is not IUserLocks && flaw != CreatorFlaw.NeedsLocksAndDoesNotSaySo))
            return await RaceAsync(user, allocator, users, cancellationToken);

        var held = await ((IUserLocks)users).LockAsync(user.Name, cancellationToken);
        var letGo = flaw != CreatorFlaw.KeepsTheLockAfterAFault;
        try
        {
            var current = await users.FindAsync(user.Name, cancellationToken);
            var created = current is null ? null : await RaceAsync(current, allocator, users, cancellationToken);
            letGo = true;
            return created;
        }
        finally
        {
            if (letGo)
                await held.DisposeAsync();
        }
    }

    private async Task<UserRecord?> RaceAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken)
    {
        var current = (UserRecord?)user;
        for (var attempt = 0; attempt < 8 && current is not null && (attempt == 0 || await NeedsAsync(current, allocator, cancellationToken)); attempt++)
        {
            // who was given an old record finds out by the write that is refused, but for this flaw
            if (flaw == CreatorFlaw.AllocatesWhoIsAllocated && attempt == 0)
                current = await users.FindAsync(user.Name, cancellationToken) ?? user;
            else if (!await NeedsAsync(current, allocator, cancellationToken))
                return current;
            var basis = current;
            var own = await allocator.AllocateAsync(basis, cancellationToken);
            current = await WriteAsync(basis, own, allocator, users, cancellationToken);
            if (current?.Allocation?.Id == own.Id)
                return flaw == CreatorFlaw.ReturnsItsOwnRecord ? basis with { Allocation = own } : current;
            await ReleaseAsync(current, own, allocator);
        }

        return current is null || current.Allocation is not null ? current : throw new TemporaryFailureException($"'{user.Name}' changed too often");
    }

    private async ValueTask<bool> NeedsAsync(UserRecord user, IAllocator allocator, CancellationToken cancellationToken) =>
        flaw == CreatorFlaw.TakesAnyAllocationForComplete ? user.Allocation is null : await allocator.NeedsAllocationAsync(user, cancellationToken);

    /// <summary>Writes, and finds out what came of it: the record with this allocation, or one of another version, or null.</summary>
    private async Task<UserRecord?> WriteAsync(UserRecord basis, Allocation own, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken)
    {
        for (var write = 1; ; write++)
        {
            Exception? fault = null;
            try
            {
                if (await users.TryReplaceAsync(basis with { Allocation = own }, write == 1 ? cancellationToken : CancellationToken.None) is { } stored)
                    return stored;
            }
            catch (Exception exception)
            {
                fault = exception;
                if (flaw == CreatorFlaw.ReleasesWithoutReading)
                    await allocator.ReleaseAsync(basis, own, CancellationToken.None);
                if (flaw is CreatorFlaw.ReportsWhatWasDoneAsFailed or CreatorFlaw.ReleasesWithoutReading)
                    throw new TemporaryFailureException("the write failed", exception);
            }

            UserRecord? current;
            try
            {
                current = await users.FindAsync(basis.Name, CancellationToken.None);
            }
            catch (TemporaryFailureException) when (flaw == CreatorFlaw.TakesAFaultForAMissingUser)
            {
                return null;
            }

            if (current is null || current.Allocation?.Id == own.Id)
                return current;
            if (current.Version != basis.Version)
            {
                if (flaw is CreatorFlaw.WritesOverTheWinner or CreatorFlaw.TrustsTheLock or CreatorFlaw.SaysOneHostAndHasNoGate)
                    basis = current;
                else if (flaw == CreatorFlaw.OverwritesSettings && current.Allocation is null)
                    basis = basis with { Version = current.Version };
                else
                    return current;
            }

            if (write == 3 && flaw != CreatorFlaw.SaysOneHostAndHasNoGate)
                throw new TemporaryFailureException("nobody knows whether it was written", fault);
        }
    }

    private async Task ReleaseAsync(UserRecord? current, Allocation own, IAllocator allocator)
    {
        if (flaw == CreatorFlaw.LeavesTheLoser)
            return;
        try
        {
            await allocator.ReleaseAsync(current, flaw == CreatorFlaw.ReleasesTheWinners ? current?.Allocation ?? own : own, CancellationToken.None);
            if (flaw == CreatorFlaw.ReleasesTwice)
                await allocator.ReleaseAsync(current, own, CancellationToken.None);
        }
        catch (InvalidOperationException) when (flaw != CreatorFlaw.FailsWithTheRelease)
        {
            // what is left is swept
        }
    }

    private sealed class SingleHost(CreatorFlaw flaw) : SampleCreator(flaw), ISingleHostCreator;
}
