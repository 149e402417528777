using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Modules;

public sealed class CapabilitiesTests
{
    [Fact]
    public async Task A_guarded_mailbox_can_what_the_modules_mailbox_can_and_no_more()
    {
        using var bench = new Bench();
        IMailbox plain = new GuardedMailbox(new Plain(), bench.Boundary, "a");
        IMailbox measured = new GuardedMailbox(new Measured(), bench.Boundary, "a");
        IMailbox all = new GuardedMailbox(bench.Module, bench.Boundary, "a");
        Assert.Equal((false, false, false), Of(plain));
        Assert.Equal((false, true, false), Of(measured));
        Assert.Equal((true, true, true), Of(all));
        Assert.Throws<InvalidCastException>(() => (IMailboxRemoval)measured);
        Assert.Equal(7, (await ((IMailboxUsage)measured).GetUsageAsync(default)).Bytes);

        static (bool, bool, bool) Of(IMailbox mailbox) => (mailbox is IReadableMailbox, mailbox is IMailboxUsage, mailbox is IMailboxRemoval);
    }

    [Fact]
    public async Task A_guarded_database_locks_and_counts_only_if_the_module_does()
    {
        using var bench = new Bench();
        IUserDatabase all = new GuardedUserDatabase(bench.Module, bench.Boundary);
        IUserDatabase plain = new GuardedUserDatabase(new PlainUsers(), bench.Boundary);
        Assert.True(all is IUserLocks and IUserSequences);
        Assert.False(plain is IUserLocks);
        Assert.False(plain is IUserSequences);
        await using var held = await ((IUserLocks)all).LockAsync("a", default);
        Assert.IsType<GuardedUserLock>(held);
        await held.DisposeAsync();
        Assert.Equal(1, bench.Module.GivenLock!.Disposed);
    }

    private sealed class Plain : IMailbox
    {
        public ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken) => new(DeliveryResult.Stored("1"));
    }

    private sealed class Measured : IMailbox, IMailboxUsage
    {
        public ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken) => new(DeliveryResult.Stored("1"));

        public ValueTask<MailboxUsage> GetUsageAsync(CancellationToken cancellationToken) => new(new MailboxUsage(7, 1, null, null));
    }

    private sealed class PlainUsers : IUserDatabase
    {
        public ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken) => new((UserRecord?)null);

        public ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken) => new((UserRecord?)null);

        public ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken) => new((UserRecord?)null);

        public ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken) => new(false);

        public IAsyncEnumerable<UserRecord> ListAsync(string? prefix, CancellationToken cancellationToken) => throw new InvalidOperationException();
    }
}
