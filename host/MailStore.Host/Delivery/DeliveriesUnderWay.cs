namespace MailStore.Host.Delivery;

/// <summary>Knows the deliveries of this process that are under way, so that who changes a user's place can wait for those that know only the old one. Thread-safe.</summary>
internal sealed class DeliveriesUnderWay
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedList<Ticket>> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Expectation> _expected = new(StringComparer.Ordinal);

    /// <summary>A delivery begins, before it reads the record. Disposed when it is over.</summary>
    public Ticket Begin(string user)
    {
        lock (_lock)
        {
            if (!_users.TryGetValue(user, out var all))
                _users[user] = all = new LinkedList<Ticket>();
            var ticket = new Ticket(this, user);
            ticket.Node = all.AddLast(ticket);
            return ticket;
        }
    }

    /// <summary>Somebody of this process is about to change a user's place, and looks at the old one again behind <see cref="PassAsync"/>.</summary>
    /// <returns>Disposed when he does not any more.</returns>
    public IDisposable Expect(string user)
    {
        var expectation = new Expectation(this, user);
        lock (_lock)
            _expected[user] = expectation;
        return expectation;
    }

    /// <summary>Waits until all deliveries to a user are over that have begun by now. Those that begin later are not waited for.</summary>
    /// <param name="user">The user.</param>
    /// <param name="limit">How long it waits: a call of a module that never comes back is waited for no longer.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>How many are not over.</returns>
    public async Task<int> PassAsync(string user, TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        List<(Ticket Ticket, Task Over)> all;
        lock (_lock)
        {
            _expected.Remove(user);
            all = _users.TryGetValue(user, out var tickets) ? [.. tickets.Select(ticket => (ticket, ticket.Over))] : [];
        }

        try
        {
            await Task.WhenAll(all.Select(entry => entry.Over)).WaitAsync(limit, clock, cancellationToken);
            return 0;
        }
        catch (TimeoutException)
        {
            lock (_lock)
                return all.Count(entry => entry.Ticket.TryGiveUp());
        }
    }

    private bool IsExpected(string user) => _expected.ContainsKey(user);

    private void End(Expectation expectation)
    {
        lock (_lock)
        {
            if (_expected.GetValueOrDefault(expectation.User) == expectation)
                _expected.Remove(expectation.User);
        }
    }

    private void End(Ticket ticket)
    {
        lock (_lock)
        {
            var all = ticket.Node!.List;
            all?.Remove(ticket.Node);
            if (all is { Count: 0 })
                _users.Remove(ticket.User);
        }
    }

    /// <summary>One delivery.</summary>
    internal sealed class Ticket(DeliveriesUnderWay all, string user) : IDisposable
    {
        private TaskCompletionSource? _over;

        public string User => user;

        public LinkedListNode<Ticket>? Node { get; set; }

        /// <summary>Whether somebody waits for it, or will, and looks then at what it has stored.</summary>
        public bool IsAwaited
        {
            get
            {
                lock (all._lock)
                    return !IsGivenUp && (_over is not null || all.IsExpected(user));
            }
        }

        /// <summary>Whether somebody has waited for it in vain.</summary>
        public bool IsGivenUp { get; private set; }

        /// <summary>Made only where somebody waits; under the lock.</summary>
        public Task Over => (_over ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        /// <returns>False if it is over. Under the lock.</returns>
        public bool TryGiveUp() => IsGivenUp = !Over.IsCompleted;

        public void Dispose()
        {
            all.End(this);
            _over?.TrySetResult();
        }
    }

    private sealed class Expectation(DeliveriesUnderWay all, string user) : IDisposable
    {
        public string User => user;

        public void Dispose() => all.End(this);
    }
}
