using System.Collections.Concurrent;
using MailStore.Maildir.Journal;

namespace MailStore.Plugins.Tests.Maildir.Journal;

public sealed class GroupCommitTests
{
    [Fact]
    public void Who_comes_alone_is_done_at_once_on_his_own_thread()
    {
        var threads = new List<int>();
        var group = new GroupCommit<Member>(members => threads.Add(Environment.CurrentManagedThreadId + (1000 * members.Count)));
        group.Join(new Member());
        group.Join(new Member());
        Assert.Equal(Enumerable.Repeat(Environment.CurrentManagedThreadId + 1000, 2), threads);
    }

    [Fact]
    public async Task All_who_wait_meanwhile_are_the_next_group()
    {
        var sizes = new ConcurrentQueue<int>();
        var isHeld = true;
        var group = new GroupCommit<Member>(members =>
        {
            sizes.Enqueue(members.Count);
            SpinWait.SpinUntil(() => !Volatile.Read(ref isHeld));
        });
        var first = RunAsync(() => group.Join(new Member()));
        JournalMails.Await(() => sizes.Count == 1, "the first leads");
        var joined = 0;
        var others = Enumerable.Range(0, 20).Select(_ => RunAsync(() => group.Join(new Member { OnWait = () => Interlocked.Increment(ref joined) }))).ToList();
        JournalMails.Await(() => Volatile.Read(ref joined) == 20, "the others wait");
        Volatile.Write(ref isHeld, false);
        await Task.WhenAll([first, .. others]);
        Assert.Equal([1, 20], sizes);
    }

    [Fact]
    public async Task Nobody_is_done_twice_or_never_and_no_two_groups_are_done_at_once()
    {
        var (running, most, done) = (0, 0, 0);
        var group = new GroupCommit<Member>(members =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            foreach (var member in members)
                member.Done++;
            done += members.Count;
            Interlocked.Decrement(ref running);
        });
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => RunAsync(() =>
        {
            for (var i = 0; i < 2000; i++)
            {
                var member = new Member();
                group.Join(member);
                Assert.Equal(1, member.Done);
            }
        })));
        Assert.Equal((1, 32_000), (most, done));
    }

    [Fact]
    public async Task A_group_that_fails_holds_up_nobody()
    {
        var isHeld = true;
        var calls = 0;
        var group = new GroupCommit<Member>(_ =>
        {
            if (Interlocked.Increment(ref calls) > 1)
                return;
            SpinWait.SpinUntil(() => !Volatile.Read(ref isHeld));
            throw new InvalidOperationException("no memory");
        });
        var first = RunAsync(() => group.Join(new Member()));
        JournalMails.Await(() => Volatile.Read(ref calls) == 1, "the first leads");
        var waits = 0;
        var second = RunAsync(() => group.Join(new Member { OnWait = () => Interlocked.Increment(ref waits) }));
        JournalMails.Await(() => Volatile.Read(ref waits) == 1, "the second waits");
        Volatile.Write(ref isHeld, false);
        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        await second;
        group.Join(new Member());
        Assert.Equal(3, calls);
    }

    private static Task RunAsync(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private sealed class Member : IGroupMember
    {
        private readonly MailStore.Maildir.Interop.Semaphore _awake = new();
        private volatile bool _isLeader;

        public Action OnWait { get; init; } = static () => { };

        public int Done { get; set; }

        public bool AwaitTurn()
        {
            OnWait();
            _awake.Wait();
            return _isLeader;
        }

        public void Lead()
        {
            _isLeader = true;
            _awake.Post();
        }

        public void Finish() => _awake.Post();
    }
}
