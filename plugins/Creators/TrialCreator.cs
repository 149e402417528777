using MailStore.Creators;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

[assembly: MailStoreModule("trial", typeof(TrialCreator))]

namespace MailStore.Creators;

/// <summary>
/// The creator <c>trial</c>: allocates, then writes only if the record has not changed. Who comes second releases its own allocation and takes the winner's.
/// </summary>
internal sealed class TrialCreator(ILogger<TrialCreator> logger, TimeProvider clock) : ICreator
{
    private readonly AllocationRace _race = new(logger, clock);

    public ValueTask<UserRecord?> CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken) =>
        _race.RunAsync(user, allocator, users, cancellationToken);
}
