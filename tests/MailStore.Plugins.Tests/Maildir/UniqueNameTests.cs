using System.Collections.Concurrent;
using MailStore.Maildir.Delivery;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class UniqueNameTests
{
    [Fact]
    public void A_name_holds_time_process_count_random_host_and_both_sizes()
    {
        var name = UniqueName.ForMail(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero).AddTicks(1234560), 100, 104);
        Assert.Matches($@"^1772600767\.M123456P{Environment.ProcessId}Q[0-9]+R[0-9a-f]{{16}}\.[A-Za-z0-9._\\-]+,S=100,W=104$", name);
    }

    [Fact]
    public void Names_of_one_instant_are_all_different()
    {
        var names = new ConcurrentDictionary<string, bool>();
        var now = DateTimeOffset.UtcNow;
        Parallel.For(0, 20_000, _ => Assert.True(names.TryAdd(UniqueName.ForMail(now, 1, 1), true)));
    }

    [Fact]
    public void The_host_cannot_break_out_of_the_name()
    {
        Assert.Equal(@"a\057b\072c\054d.example", UniqueName.EscapeHost("a/b:c,d.example"));
        Assert.Equal("localhost", UniqueName.EscapeHost(""));
    }

    [Fact]
    public void The_longest_name_has_room_for_all_flags_and_keywords()
    {
        Assert.Equal(100, UniqueName.EscapeHost(new string('/', 64)).Length);
        var longest = $"{long.MaxValue / 1_000_000_000}.M999999P4194304Q{long.MaxValue}R{ulong.MaxValue:x16}.{new string('h', 100)},S={int.MaxValue}00,W={int.MaxValue}00:2,DFPRSTabcdefghijklmnopqrstuvwxyz";
        Assert.InRange(longest.Length, 1, 255);
    }
}
