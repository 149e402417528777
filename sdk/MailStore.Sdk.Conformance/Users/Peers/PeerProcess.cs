using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MailStore.Sdk.Conformance;

/// <summary>The other process, as the kit sees it.</summary>
internal sealed partial class PeerProcess : IAsyncDisposable
{
    private const int SigStop = 19, SigCont = 18;

    private readonly Process _process;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<PeerLine>> _waiting = [];
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Task _reading;
    private readonly Task<string> _errors;
    private long _lastId;
    private volatile string? _gone;

    private PeerProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Starts it, and waits until it serves.</summary>
    /// <exception cref="ConformanceException">It does not.</exception>
    public static async Task<PeerProcess> StartAsync(ProcessStartInfo how)
    {
        how.UseShellExecute = false;
        how.RedirectStandardInput = how.RedirectStandardOutput = how.RedirectStandardError = true;
        var peer = new PeerProcess(Process.Start(how) ?? throw new InvalidOperationException($"{how.FileName} did not start"));
        try
        {
            await peer.AskAsync(new PeerLine(0) { Call = "hello" }, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
            return peer;
        }
        catch (Exception exception) when (exception is PeerGoneException or TimeoutException)
        {
            await peer.DisposeAsync();
            throw new ConformanceException($"the other process ({how.FileName}) does not serve: {exception.Message}", exception);
        }
    }

    /// <summary>Asks, and waits for the answer. A cancelled call is cancelled over there.</summary>
    public async Task<PeerLine> AskAsync(PeerLine call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        call = call with { Id = Interlocked.Increment(ref _lastId) };
        var answer = new TaskCompletionSource<PeerLine>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[call.Id] = answer;
        if (_gone is { } gone)
            throw new PeerGoneException(gone);
        await SendAsync(call);
        await using var registration = cancellationToken.Register(() => _ = SendAsync(new PeerLine(0) { Call = "cancel", Number = call.Id }));
        var line = await answer.Task;
        if (line.Fault is null)
            return line;
        if (line.Fault.Contains("Canceled", StringComparison.Ordinal))
            cancellationToken.ThrowIfCancellationRequested();
        throw new InvalidOperationException($"in the other process: {line.Fault}");
    }

    /// <summary>Ends it as a power cut would, as far as a process can be told: SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _reading;
    }

    /// <summary>Stops the clock for it: SIGSTOP.</summary>
    public void Freeze() => Signal(SigStop);

    /// <summary>Lets it go on: SIGCONT.</summary>
    public void Thaw() => Signal(SigCont);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
        _writing.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);

    private void Signal(int signal)
    {
        if (Kill(_process.Id, signal) != 0)
            throw new InvalidOperationException($"kill({_process.Id}, {signal}) failed: errno {Marshal.GetLastPInvokeError()}");
    }

    private async Task SendAsync(PeerLine line)
    {
        await _writing.WaitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync(line.ToString());
            await _process.StandardInput.FlushAsync();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // it has ended, which the end of its output tells everybody
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } text)
        {
            if (PeerLine.TryParse(text) is { } line && _waiting.TryRemove(line.Id, out var answer))
                answer.SetResult(line);
        }

        // those who ask from here on see it before they wait
        await _process.WaitForExitAsync();
        _gone = $"it ended with exit code {_process.ExitCode}; {(await _errors).Trim()}";
        foreach (var id in _waiting.Keys)
        {
            if (_waiting.TryRemove(id, out var answer))
                answer.SetException(new PeerGoneException(_gone));
        }
    }
}
