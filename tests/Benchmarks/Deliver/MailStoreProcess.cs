using System.Diagnostics;
using MailStore.Tests;

namespace MailStore.Benchmarks.Deliver;

/// <summary>A server on a Unix socket, with one user.</summary>
internal sealed class MailStoreProcess : IAsyncDisposable
{
    private readonly Process _process;

    private MailStoreProcess(Process process, string configurationFile) => (_process, ConfigurationFile) = (process, configurationFile);

    public string ConfigurationFile { get; }

    public static async Task<MailStoreProcess> StartAsync(string program, string folder, string user)
    {
        var socket = Path.Combine(folder, "lmtp.sock");
        var file = Path.Combine(folder, "mailstore.toml");
        await File.WriteAllTextAsync(file, $"data_dir = \"data\"\nmodules_dir = '{Path.Combine(RepositoryRoot.Path, "modules.d")}'\n[lmtp]\nlisten = [\"unix:{socket}\"]\n");
        using (var add = Process.Start(new ProcessStartInfo(program, ["--config", file, "user", "add", user]) { RedirectStandardError = true })!)
        {
            await add.WaitForExitAsync();
            if (add.ExitCode != 0)
                throw new InvalidOperationException($"user add ended with {add.ExitCode}: {await add.StandardError.ReadToEndAsync()}");
        }

        var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", program, "--config", file, "serve"]))!;
        for (var watch = Stopwatch.StartNew(); !File.Exists(socket); await Task.Delay(20))
        {
            if (process.HasExited || watch.Elapsed > TimeSpan.FromSeconds(30))
                throw new InvalidOperationException("the server does not start");
        }

        return new MailStoreProcess(process, file);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
