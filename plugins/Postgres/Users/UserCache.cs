using System.Diagnostics.CodeAnalysis;
using MailStore.Sdk;

namespace MailStore.Postgres.Users;

/// <summary>
/// The users who got mail lately. Serves only while the connection that tells of changes was seen alive a short time ago; whatever may have missed
/// a change is forgotten.
/// </summary>
/// <remarks>
/// A look-up takes a ticket before it asks the database; if the user changed since, what it found is not kept. Users live in two generations: when the
/// young one is full it becomes the old one, and the old one is dropped, but for those who were asked for meanwhile.
/// </remarks>
internal sealed class UserCache(int capacity, TimeProvider clock)
{
    /// <summary>For so long after the last sign of life of the connection records are served from memory.</summary>
    public static readonly TimeSpan Trust = TimeSpan.FromSeconds(10);

    private const int Stripes = 1024;

    private readonly Lock _gate = new();
    private readonly long[] _changes = new long[Stripes];
    private Dictionary<string, UserRecord> _young = new(StringComparer.Ordinal);
    private Dictionary<string, UserRecord> _old = new(StringComparer.Ordinal);
    private long? _aliveAt;

    public int Count
    {
        get
        {
            lock (_gate)
                return _young.Count + _old.Count;
        }
    }

    public bool TryGet(string name, [NotNullWhen(true)] out UserRecord? user)
    {
        lock (_gate)
        {
            user = null;
            if (_aliveAt is not { } alive || clock.GetElapsedTime(alive) > Trust)
                return false;
            if (_young.TryGetValue(name, out user))
                return true;
            if (!_old.Remove(name, out user))
                return false;
            Keep(user);
            return true;
        }
    }

    /// <summary>Before a look-up in the database.</summary>
    public long TakeTicket(string name)
    {
        lock (_gate)
            return _changes[Stripe(name)];
    }

    /// <summary>After it: keeps what was found, unless it may have changed since.</summary>
    public void Put(UserRecord user, long ticket)
    {
        lock (_gate)
        {
            if (_aliveAt is not null && _changes[Stripe(user.Name)] == ticket)
                Keep(user);
        }
    }

    /// <summary>The user changed, or may have.</summary>
    public void Forget(string name)
    {
        lock (_gate)
        {
            _changes[Stripe(name)]++;
            _young.Remove(name);
            _old.Remove(name);
        }
    }

    /// <summary>All changes up to this moment were heard of, from the first such moment on.</summary>
    /// <param name="timestamp">Taken before the connection was asked.</param>
    public void SeenAlive(long timestamp)
    {
        lock (_gate)
        {
            // a look-up that is under way since before may have found what was changed before this connection listened
            if (_aliveAt is null)
                EndTickets();
            _aliveAt = timestamp;
        }
    }

    /// <summary>Changes may be missed from now on.</summary>
    public void ForgetAll()
    {
        lock (_gate)
        {
            _aliveAt = null;
            EndTickets();
            _young.Clear();
            _old.Clear();
        }
    }

    private void EndTickets()
    {
        for (var i = 0; i < Stripes; i++)
            _changes[i]++;
    }

    private void Keep(UserRecord user)
    {
        if (_young.Count >= (capacity + 1) / 2)
        {
            (_young, _old) = (_old, _young);
            _young.Clear();
        }

        _young[user.Name] = user;
        _old.Remove(user.Name);
    }

    private static int Stripe(string name) => (int)((uint)string.GetHashCode(name, StringComparison.Ordinal) % Stripes);
}
