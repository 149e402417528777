using System.Collections.Concurrent;

namespace MailStore.Sdk.Conformance;

/// <summary>Does what the lines say, each call on its own.</summary>
internal sealed class PeerServer(IUserDatabase users, TextWriter output)
{
    private readonly ConcurrentDictionary<long, IUserLock> _locks = [];
    private readonly ConcurrentDictionary<long, CancellationTokenSource> _calls = [];
    private readonly Lock _writing = new();
    private long _lastLock;

    public async Task ServeAsync(TextReader input, CancellationToken cancellationToken)
    {
        // what was written by then stays; calls that are under way when the input ends are nobody's any more
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            if (PeerLine.TryParse(line) is { Call: not null } call)
                _ = Task.Run(() => AnswerAsync(call, cancellationToken), cancellationToken);
        }
    }

    private async Task AnswerAsync(PeerLine call, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _calls[call.Id] = giveUp;
        PeerLine answer;
        try
        {
            answer = await DoAsync(call, giveUp.Token) with { Id = call.Id };
        }
        catch (Exception exception) // the boundary of a module: told to the kit
        {
            answer = new PeerLine(call.Id) { Fault = $"{exception.GetType().Name}: {exception.Message}" };
        }

        _calls.TryRemove(call.Id, out _);
        lock (_writing)
        {
            output.WriteLine(answer.ToString());
            output.Flush();
        }
    }

    private async Task<PeerLine> DoAsync(PeerLine call, CancellationToken cancellationToken)
    {
        switch (call.Call)
        {
            case "hello":
                return new PeerLine(0);
            case "find":
                return Of(await users.FindAsync(call.Name!, cancellationToken));
            case "add":
                return Of(await users.TryAddAsync(call.User!.ToRecord(), cancellationToken));
            case "replace":
                return Of(await users.TryReplaceAsync(call.User!.ToRecord(), cancellationToken));
            case "remove":
                return new PeerLine(0) { Number = await users.TryRemoveAsync(call.User!.ToRecord(), cancellationToken) ? 1 : 0 };
            case "next":
                return new PeerLine(0) { Number = await ((IUserSequences)users).NextAsync(call.Name!, cancellationToken) };
            case "lock":
                var number = Interlocked.Increment(ref _lastLock);
                _locks[number] = await ((IUserLocks)users).LockAsync(call.Name!, cancellationToken);
                return new PeerLine(0) { Number = number };
            case "unlock":
                await _locks[call.Number].DisposeAsync();
                return new PeerLine(0);
            case "lost":
                var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using (_locks[call.Number].Lost.Register(lost.SetResult))
                    await lost.Task.WaitAsync(cancellationToken);
                return new PeerLine(0);
            case "cancel":
                if (_calls.TryGetValue(call.Number, out var other))
                    await other.CancelAsync();
                return new PeerLine(0);
            default:
                return new PeerLine(0) { Fault = $"unknown call '{call.Call}': kit and peer are of different versions" };
        }
    }

    private static PeerLine Of(UserRecord? user) => new(0) { User = PeerUser.From(user) };
}
