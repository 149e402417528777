namespace MailStore.Host.Delivery;

/// <summary>Knows the deliveries of this process that are under way, so that who changes a user's place can wait for those that know only the old one. Thread-safe.</summary>
internal sealed class DeliveriesUnderWay
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedList<Ticket>> _users = new(StringComparer.Ordinal);

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

    /// <summary>Waits until all deliveries to a user are over that have begun by now. Those that begin later are not waited for.</summary>
    public Task PassAsync(string user, CancellationToken cancellationToken)
    {
        lock (_lock)
            return _users.TryGetValue(user, out var all) ? Task.WhenAll(all.Select(ticket => ticket.Over)).WaitAsync(cancellationToken) : Task.CompletedTask;
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

        /// <summary>Whether somebody waits for it.</summary>
        public bool IsAwaited => _over is not null;

        /// <summary>Made only where somebody waits; under the lock.</summary>
        public Task Over => (_over ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public void Dispose()
        {
            all.End(this);
            _over?.TrySetResult();
        }
    }
}
