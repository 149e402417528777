namespace MailStore.Plugins.Tests.Creators;

/// <summary>Faults by name and number of the call: the first one is 1.</summary>
internal sealed class ScriptedFaults : IFaults
{
    private readonly Dictionary<(string Call, int Number), Func<Task>> _before = [];
    private readonly Dictionary<(string Call, int Number), Func<Task>> _after = [];
    private readonly Dictionary<string, int> _counts = [];

    public ScriptedFaults Before(string call, int number, Func<Task> action)
    {
        _before.Add((call, number), action);
        return this;
    }

    public ScriptedFaults After(string call, int number, Func<Task> action)
    {
        _after.Add((call, number), action);
        return this;
    }

    public int Count(string call) => _counts.GetValueOrDefault(call);

    public async ValueTask BeforeAsync(string call, CancellationToken cancellationToken)
    {
        _counts[call] = Count(call) + 1;
        if (_before.TryGetValue((call, Count(call)), out var action))
            await action();
    }

    public async ValueTask AfterAsync(string call, CancellationToken cancellationToken)
    {
        if (_after.TryGetValue((call, Count(call)), out var action))
            await action();
    }
}
