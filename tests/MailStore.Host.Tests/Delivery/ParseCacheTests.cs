using CsCheck;
using MailStore.Host.Delivery;
using MailStore.Host.Tests.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery;

public sealed class ParseCacheTests
{
    [Fact]
    public void What_was_kept_is_found_by_its_name_and_version_and_by_no_other()
    {
        var cache = new ParseCache(10);
        var parsed = Parsed("a", 2);
        cache.Keep(parsed);
        Assert.Same(parsed, cache.Find("a", 2));
        Assert.Null(cache.Find("a", 1));
        Assert.Null(cache.Find("a", 3));
        Assert.Null(cache.Find("b", 2));
        Assert.Null(cache.Find("A", 2));
    }

    [Fact]
    public void A_newer_version_takes_the_place_of_an_older_one_and_never_the_other_way_round()
    {
        var cache = new ParseCache(10);
        cache.Keep(Parsed("a", 1));
        cache.Keep(Parsed("a", 2));
        cache.Keep(Parsed("a", 1));
        Assert.NotNull(cache.Find("a", 2));
        Assert.Null(cache.Find("a", 1));
    }

    [Fact]
    public void However_it_is_used_it_never_returns_another_version_and_never_keeps_more_than_two_generations()
    {
        const int capacity = 4;
        Gen.Select(Gen.Int[0, 15], Gen.Int[1, 4], Gen.Bool).Array[0, 200].Sample(
            steps =>
            {
                var cache = new ParseCache(capacity);
                foreach (var (name, version, keep) in steps)
                {
                    if (keep)
                        cache.Keep(Parsed($"{name}", version));
                    else if (cache.Find($"{name}", version) is { } found)
                        Assert.Equal(($"{name}", version), (found.Record.Name, found.Record.Version));
                }

                Assert.InRange(Count(cache, 16, 4), 0, 2 * (capacity + 1));
            },
            iter: Long.Times(1_000));
    }

    [Fact]
    public void What_is_asked_for_again_and_again_stays_while_others_come_and_go()
    {
        var cache = new ParseCache(10);
        cache.Keep(Parsed("often", 1));
        for (var i = 0; i < 1_000; i++)
        {
            cache.Keep(Parsed($"{i}", 1));
            Assert.NotNull(cache.Find("often", 1));
        }

        Assert.Null(cache.Find("0", 1));
    }

    [Fact]
    public async Task Many_threads_at_once_see_no_other_version_either()
    {
        var cache = new ParseCache(8);
        var highest = new int[16];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 20_000; i++)
            {
                var name = random.Next(highest.Length);
                var version = random.Next(2) == 0 ? Interlocked.Increment(ref highest[name]) : Math.Max(1, Volatile.Read(ref highest[name]));
                if (cache.Find($"{name}", version) is { } found)
                    Assert.Equal(($"{name}", version), (found.Record.Name, found.Record.Version));
                else
                    cache.Keep(Parsed($"{name}", version));
            }
        })));
    }

    private static int Count(ParseCache cache, int names, int versions) =>
        (from name in Enumerable.Range(0, names) from version in Enumerable.Range(1, versions) where cache.Find($"{name}", version) is not null select name).Count();

    private static ParsedUser Parsed(string name, long version) =>
        new(new UserRecord { Name = name, Version = version }, null, null, new ParseResult.Incomplete("home"));
}
