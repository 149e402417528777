using MailStore.Postgres.Users;
using MailStore.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>What is served from memory, and for how long.</summary>
public sealed class UserCacheTests
{
    private static readonly UserRecord Alice = new() { Name = "alice@example.org", Version = 1 };

    private readonly FakeTimeProvider _clock = new();
    private readonly UserCache _cache;

    public UserCacheTests() => _cache = new UserCache(100, _clock);

    [Fact]
    public void A_user_is_kept_while_the_connection_lives()
    {
        _cache.SeenAlive(_clock.GetTimestamp());
        var ticket = _cache.TakeTicket(Alice.Name);
        // another sign of life is no reason to ask again
        _cache.SeenAlive(_clock.GetTimestamp());
        _cache.Put(Alice, ticket);
        Assert.True(_cache.TryGet(Alice.Name, out _));
        _clock.Advance(UserCache.Trust + TimeSpan.FromSeconds(1));
        Assert.False(_cache.TryGet(Alice.Name, out _));
    }

    [Fact]
    public void A_look_up_that_began_before_changes_were_heard_of_is_not_kept()
    {
        var ticket = _cache.TakeTicket(Alice.Name);
        _cache.SeenAlive(_clock.GetTimestamp());
        _cache.Put(Alice, ticket);
        Assert.False(_cache.TryGet(Alice.Name, out _));

        _cache.ForgetAll();
        ticket = _cache.TakeTicket(Alice.Name);
        _cache.SeenAlive(_clock.GetTimestamp());
        _cache.Put(Alice, ticket);
        Assert.False(_cache.TryGet(Alice.Name, out _));
    }

    [Fact]
    public void A_user_who_changed_during_the_look_up_is_not_kept()
    {
        _cache.SeenAlive(_clock.GetTimestamp());
        var ticket = _cache.TakeTicket(Alice.Name);
        _cache.Forget(Alice.Name);
        _cache.Put(Alice, ticket);
        Assert.False(_cache.TryGet(Alice.Name, out _));
    }
}
