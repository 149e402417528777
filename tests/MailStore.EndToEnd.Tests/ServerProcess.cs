using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using System.Text;

namespace MailStore.EndToEnd.Tests;

/// <summary>A running <c>mailstore serve</c> of a test.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private bool _isDisposed;
    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(ProcessStartInfo info)
    {
        _process = new Process { StartInfo = info };
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    public int Port => _port.Task.IsCompletedSuccessfully ? _port.Task.Result : throw new InvalidOperationException("it listens on no TCP port");

    public EndPoint EndPoint => new IPEndPoint(IPAddress.Loopback, Port);

    public int ProcessId => _process.Id;

    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    public static Task<ServerProcess> StartAsync(TestPlace place, params string[] arguments) =>
        StartAsync(MailStoreProgram.StartInfo(place.Directory, ["serve", .. arguments]));

    public static async Task<ServerProcess> StartAsync(ProcessStartInfo info)
    {
        var server = Launch(info);
        var exit = server._process.WaitForExitAsync();
        var first = await Task.WhenAny(server._port.Task, exit, Task.Delay(Patience));
        Assert.True(first == server._port.Task, $"the server did not start: {server.Log}");
        return server;
    }

    /// <summary>Starts it, and waits for nothing.</summary>
    public static ServerProcess Launch(ProcessStartInfo info) => new(info);

    public async Task<int> StopAsync(PosixSignal signal = PosixSignal.SIGTERM)
    {
        if (!_process.HasExited)
            Assert.Equal(0, Kill(_process.Id, signal == PosixSignal.SIGTERM ? 15 : 2));
        return await ExitAsync();
    }

    /// <summary>Waits until it ends.</summary>
    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public async Task WaitForLogAsync(string text)
    {
        var until = DateTime.UtcNow + Patience;
        while (!Log.Contains(text, StringComparison.Ordinal))
        {
            Assert.True(DateTime.UtcNow < until, $"'{text}' never came in the log: {Log}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
            return;
        lock (_log)
            _log.AppendLine(line);
        if (ListensOn().Match(line) is { Success: true } match)
            _port.TrySetResult(int.Parse(match.Groups["port"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture));
        else if (line.Contains("listens on unix:", StringComparison.Ordinal))
            _port.TrySetResult(0);
    }

    [GeneratedRegex(@"listens on .*?127\.0\.0\.1:(?<port>\d+)")]
    private static partial Regex ListensOn();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
