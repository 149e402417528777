using MailStore.Creators;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

[assembly: MailStoreModule("none", typeof(NoneCreator))]

namespace MailStore.Creators;

/// <summary>
/// The creator <c>none</c>: allocates and writes, whatever stands in the record by then. Of two first mails at the same instant the later overwrites the
/// earlier one's allocation, and mail in the earlier one's place is seen by nobody. For one server and one process, where the first mails come one by one.
/// </summary>
internal sealed class NoneCreator : ICreator
{
    private const int MaxWrites = 8;

    public NoneCreator(ILogger<NoneCreator> logger) => logger.NoneIsForOneProcess();

    public async ValueTask<UserRecord?> CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken)
    {
        var allocation = await allocator.AllocateAsync(user, cancellationToken).ConfigureAwait(false);
        for (var write = 0; write < MaxWrites; write++)
        {
            // Only the version is taken from this read, and settings that are not ours to change; another's allocation is overwritten.
            if (await users.FindAsync(user.Name, cancellationToken).ConfigureAwait(false) is not { } current)
            {
                await allocator.ReleaseAsync(null, allocation, cancellationToken).ConfigureAwait(false);
                return null;
            }

            if (await users.TryReplaceAsync(current with { Allocation = allocation }, cancellationToken).ConfigureAwait(false) is { } written)
                return written;
        }

        throw new TemporaryFailureException(
            $"user '{user.Name}' could not be allocated: his record changed under {MaxWrites} writes in a row; creator = \"none\" is for one process, choose \"trial\" or \"lock\"");
    }
}
