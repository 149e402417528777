namespace MailStore.Maildir.Places;

/// <summary>
/// Lets one allocation of a user through at a time, in this process: the others then find what it made, instead of building their own and taking a
/// uid each for nothing. Correctness does not need it: other hosts have gates of their own. Keeps nothing of users whom nobody allocates.
/// </summary>
internal sealed class UserGates
{
    private readonly Dictionary<string, Gate> _gates = new(StringComparer.Ordinal);

    /// <summary>Waits for the user's turn; dispose what comes back to end it.</summary>
    public async ValueTask<IDisposable> EnterAsync(string user, CancellationToken cancellationToken)
    {
        Gate? gate;
        lock (_gates)
        {
            if (!_gates.TryGetValue(user, out gate))
                _gates.Add(user, gate = new Gate(this, user));
            gate.Visitors++;
        }

        try
        {
            await gate.Turn.WaitAsync(cancellationToken);
            return gate;
        }
        catch
        {
            Leave(gate);
            throw;
        }
    }

    private void Leave(Gate gate)
    {
        lock (_gates)
        {
            if (--gate.Visitors == 0)
                _gates.Remove(gate.User);
        }
    }

    private sealed class Gate(UserGates gates, string user) : IDisposable
    {
        public string User => user;

        public int Visitors { get; set; }

        public SemaphoreSlim Turn { get; } = new(1, 1);

        public void Dispose()
        {
            Turn.Release();
            gates.Leave(this);
        }
    }
}
