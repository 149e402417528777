using System.Diagnostics;
using System.Text;

namespace MailStore.EndToEnd.Tests;

/// <summary>A command that reads its standard input while the test looks at what it says.</summary>
internal sealed class PipedProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    public PipedProcess(TestPlace place, params string[] arguments)
    {
        _process = new Process { StartInfo = MailStoreProgram.StartInfo(place.Directory, arguments) };
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
                _errors.AppendLine(line.Data);
        };
        _process.OutputDataReceived += (_, _) => { };
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    private string Errors
    {
        get
        {
            lock (_errors)
                return _errors.ToString();
        }
    }

    public async Task WriteAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
    }

    public async Task WaitForErrorAsync(string text)
    {
        for (var watch = Stopwatch.StartNew(); !Errors.Contains(text, StringComparison.Ordinal); await Task.Delay(20))
            Assert.True(watch.Elapsed < Patience, $"'{text}' never came: {Errors}");
    }

    /// <summary>Gives it the last of its input.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync(byte[] input)
    {
        await _process.StandardInput.BaseStream.WriteAsync(input);
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
