namespace MailStore.Postgres.Users;

/// <summary>Lets one at a time through for each name, first come first served. A name takes memory only while somebody is inside or waits.</summary>
internal sealed class KeyedGates
{
    private readonly Dictionary<string, Gate> _gates = new(StringComparer.Ordinal);

    /// <summary>Waits for its turn; whoever has it calls <see cref="Leave"/> once.</summary>
    public async Task EnterAsync(string name, CancellationToken cancellationToken)
    {
        Gate gate;
        lock (_gates)
        {
            if (!_gates.TryGetValue(name, out gate!))
                _gates[name] = gate = new Gate();
            gate.Users++;
        }

        try
        {
            await gate.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Withdraw(name, gate);
            throw;
        }
    }

    public void Leave(string name)
    {
        Gate gate;
        lock (_gates)
            gate = _gates[name];
        gate.Turn.Release();
        Withdraw(name, gate);
    }

    private void Withdraw(string name, Gate gate)
    {
        lock (_gates)
        {
            if (--gate.Users > 0)
                return;
            _gates.Remove(name);
        }

        gate.Turn.Dispose();
    }

    private sealed class Gate
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public int Users { get; set; }
    }
}
