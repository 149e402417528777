namespace MailStore.Plugins.Tests.Creators;

/// <summary>The write breaks, and the read after it hangs until it is cancelled.</summary>
internal sealed class HangingReads : IFaults
{
    private readonly TaskCompletionSource _hanging = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Hanging => _hanging.Task;

    public async ValueTask BeforeAsync(string call, CancellationToken cancellationToken)
    {
        if (call != "Find")
            return;
        _hanging.SetResult();
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    public ValueTask AfterAsync(string call, CancellationToken cancellationToken) =>
        call == "Replace" ? throw new IOException("the connection broke") : default;
}
