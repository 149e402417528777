using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MailStore.EndToEnd.Tests;

/// <summary>A command under way that gets a signal.</summary>
internal sealed partial class SignalledProcess(ProcessStartInfo info) : IAsyncDisposable
{
    private const int Sigterm = 15;

    private readonly Process _process = Process.Start(info)!;

    public async Task<int> TerminateAsync()
    {
        Assert.Equal(0, Kill(_process.Id, Sigterm));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
