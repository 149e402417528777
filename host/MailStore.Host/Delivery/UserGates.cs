namespace MailStore.Host.Delivery;

/// <summary>
/// Lets so many deliveries at once go to one user, so that a mailbox that is stuck does not tie up all connections of the MTA. Those beyond wait a moment, since a
/// mailbox that is well is done with a burst by then. Thread-safe.
/// </summary>
internal sealed class UserGates(int limit, TimeProvider clock)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Gate> _gates = new(StringComparer.Ordinal);
    private readonly Stack<Gate> _idle = [];

    /// <summary>Users to whom a delivery is under way.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _gates.Count;
        }
    }

    /// <returns>Whether the delivery may go on; then <see cref="Leave"/> is called when it is over.</returns>
    /// <exception cref="OperationCanceledException">It need not wait any more.</exception>
    public ValueTask<bool> EnterAsync(string user, CancellationToken cancellationToken)
    {
        if (limit == 0)
            return new ValueTask<bool>(true);
        TaskCompletionSource turn;
        lock (_lock)
        {
            if (!_gates.TryGetValue(user, out var gate))
                _gates[user] = gate = _idle.TryPop(out var idle) ? idle : new Gate();
            if (gate.Inside < limit)
            {
                gate.Inside++;
                return new ValueTask<bool>(true);
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            gate.Waiting.AddLast(turn);
        }

        return WaitAsync(user, turn, cancellationToken);
    }

    public void Leave(string user)
    {
        if (limit == 0)
            return;
        lock (_lock)
        {
            var gate = _gates[user];
            if (gate.Waiting.First is { } next)
            {
                // his place is handed on
                gate.Waiting.RemoveFirst();
                next.Value.SetResult();
            }
            else if (--gate.Inside == 0)
            {
                _gates.Remove(user);
                if (_idle.Count < 64)
                    _idle.Push(gate);
            }
        }
    }

    private async ValueTask<bool> WaitAsync(string user, TaskCompletionSource turn, CancellationToken cancellationToken)
    {
        try
        {
            await turn.Task.WaitAsync(Patience, clock, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            bool hadItsTurn;
            lock (_lock)
                hadItsTurn = !_gates.TryGetValue(user, out var gate) || !gate.Waiting.Remove(turn);
            // it came at the same moment
            if (hadItsTurn && e is TimeoutException)
                return true;
            if (hadItsTurn)
                Leave(user);
            if (e is OperationCanceledException)
                throw;
            return false;
        }
    }

    private sealed class Gate
    {
        public int Inside { get; set; }

        public LinkedList<TaskCompletionSource> Waiting { get; } = [];
    }
}
