namespace MailStore.Plugins.Tests.Creators;

/// <summary>
/// Runs tasks step by step in an order that a seed decides: each waits in <see cref="StepAsync"/> until its turn comes, and runs on this thread until it waits again.
/// The same seed gives the same order.
/// </summary>
internal sealed class Interleaving(Random random)
{
    private readonly List<TaskCompletionSource> _waiting = [];

    public Random Random { get; } = random;

    public Task StepAsync()
    {
        // Without RunContinuationsAsynchronously: the continuation runs inside of SetResult below.
        var turn = new TaskCompletionSource();
        _waiting.Add(turn);
        return turn.Task;
    }

    /// <summary>Starts all, and lets one after the other take a step until none waits.</summary>
    public List<Task> Run(params Func<Task>[] bodies)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var tasks = bodies.Select(body => body()).ToList();
            while (_waiting.Count > 0)
            {
                var index = Random.Next(_waiting.Count);
                var turn = _waiting[index];
                _waiting.RemoveAt(index);
                turn.SetResult();
            }

            Assert.All(tasks, task => Assert.True(task.IsCompleted, "a task waits for something that never comes"));
            return tasks;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }
}
