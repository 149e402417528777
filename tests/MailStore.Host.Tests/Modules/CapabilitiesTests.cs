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
    public async Task A_guarded_database_locks_counts_is_shared_copied_and_moved_only_if_the_module_is()
    {
        using var bench = new Bench();
        IUserDatabase all = new GuardedUserDatabase(bench.Module, bench.Boundary);
        IUserDatabase plain = new GuardedUserDatabase(new PlainUsers(), bench.Boundary);
        Assert.True(all is IUserLocks and IUserSequences and ISharedUserDatabase and IUserDatabaseBackup and IUserDatabaseCounters);
        Assert.False(plain is IUserLocks);
        Assert.False(plain is IUserSequences);
        Assert.False(plain is ISharedUserDatabase);
        Assert.False(plain is IUserDatabaseBackup);
        Assert.False(plain is IUserDatabaseCounters);
        Assert.Equal(7, (await ((IUserDatabaseCounters)all).GetCountersAsync(default)).LastVersion);
        Assert.Equal(TimeSpan.FromSeconds(30), await ((ISharedUserDatabase)all).GetLockLeaseAsync(default));
        await using var copy = await ((IUserDatabaseBackup)all).OpenBackupAsync(default);
        Assert.IsType<GuardedStream>(copy);
        Assert.Equal("copy", await new StreamReader(copy).ReadToEndAsync());
        await using var held = await ((IUserLocks)all).LockAsync("a", default);
        Assert.IsType<GuardedUserLock>(held);
        await held.DisposeAsync();
        Assert.Equal(1, bench.Module.GivenLock!.Disposed);
    }

    [Fact]
    public async Task Nothing_that_changes_a_database_reaches_it_while_it_is_read_only()
    {
        using var bench = new Bench();
        var users = new GuardedUserDatabase(bench.Module, bench.Boundary) { IsReadOnly = true };
        var alice = new UserRecord { Name = "alice", Version = 1 };
        bench.Module.Behaviour = Behaviour.Throw;
        foreach (var change in (Func<Task>[])
            [
                async () => await users.TryAddAsync(alice, default),
                async () => await users.TryReplaceAsync(alice, default),
                async () => await users.TryRemoveAsync(alice, default),
                async () => await ((IUserSequences)(object)users).NextAsync("uid", default),
                async () => await ((IUserDatabaseCounters)(object)users).RaiseCountersAsync(new UserDatabaseCounters(), default),
            ])
            Assert.Contains("userdb_read_only", (await Assert.ThrowsAsync<TemporaryFailureException>(change)).Message, StringComparison.Ordinal);
        bench.Module.Behaviour = Behaviour.Good;
        Assert.NotNull(await users.FindAsync("alice", default));
    }

    [Fact]
    public void A_guarded_creator_serves_one_host_and_needs_of_the_database_what_the_modules_creator_does()
    {
        using var bench = new Bench();
        ICreator single = new GuardedCreator(new SingleHost(), bench.Boundary);
        ICreator plain = new GuardedCreator(bench.Module, bench.Boundary);
        Assert.True(single is ISingleHostCreator and IUserDatabaseRequirements);
        Assert.Equal("locks", ((IUserDatabaseRequirements)single).FindUnmet(new PlainUsers()));
        Assert.Null(((IUserDatabaseRequirements)single).FindUnmet(bench.Module));
        Assert.False(plain is ISingleHostCreator);
        Assert.False(plain is IUserDatabaseRequirements);
    }

    private sealed class SingleHost : ICreator, ISingleHostCreator, IUserDatabaseRequirements
    {
        public string? FindUnmet(IUserDatabase users) => users is IUserLocks ? null : "locks";

        public ValueTask<UserRecord?> CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken) => default;
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
