using System.Diagnostics;
using System.Globalization;
using System.Net;
using MailStore.Tests;

namespace MailStore.Benchmarks.Restarts;

/// <summary>
/// <c>tests/bench restart</c>: the pause that clients see when the service is restarted and its sockets stay. Idle: from the request to the reply to a mail that is
/// brought at that moment. Under load: the longest time in which nobody of 16 connections was told that a mail is stored.
/// </summary>
internal static class RestartBenchmark
{
    private const int Connections = 16, Users = 2000;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);
    private static readonly string Built = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../host/MailStore.Host/bin/Release/net10.0/mailstore"));
    private static readonly byte[] Mail = "Subject: restart\r\n\r\nhello\r\n"u8.ToArray();

    /// <param name="program">Another one than the one that was built here, as that of a package; with the plugins that lie beside it, if some do.</param>
    /// <returns>The exit code: 0 if clients saw nothing but a pause.</returns>
    public static async Task<int> RunAsync(int runs, string? program)
    {
        program = Path.GetFullPath(program ?? Built);
        var folder = Directory.CreateTempSubdirectory("mailstore-bench-");
        try
        {
            await PrepareAsync(program, folder.FullName);
            await using var supervisor = new Supervisor(program, folder.FullName);
            await supervisor.StartAsync();
            var idle = new List<Measured>();
            // the first one warms the page cache
            for (var run = 0; run <= runs; run++)
            {
                var measured = await RestartIdleAsync(supervisor);
                if (run > 0)
                    idle.Add(measured);
            }

            Tell("idle", idle);
            await using var clients = new MtaClients(supervisor.EndPoints, Connections, Users);
            clients.Start();
            var loaded = new List<Measured>();
            for (var run = 0; run < runs; run++)
            {
                await Task.Delay(Between);
                var restart = await supervisor.RestartAsync();
                await Task.Delay(Between);
                loaded.Add(new Measured(clients.Tally.LongestPause(restart.Began, restart.Ready), restart));
            }

            await clients.StopAsync();
            await supervisor.StopAsync();
            Tell("load", loaded);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Connections} connections brought {clients.Tally.Stored.Count} mails; {clients.Tally.TurnedAway} times one was closed between two mails and made anew; longest wait of a mail {clients.Tally.LongestMail.TotalMilliseconds:F0} ms; {clients.Tally.Failures.Count} failures"));
            foreach (var failure in clients.Tally.Failures.Take(10))
                Console.WriteLine(failure);
            return clients.Tally.Failures.Count == 0 ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task PrepareAsync(string program, string folder)
    {
        var beside = Path.Combine(Path.GetDirectoryName(program)!, "modules.d");
        var modules = Directory.Exists(beside) ? beside : Path.Combine(RepositoryRoot.Path, "modules.d");
        await File.WriteAllTextAsync(Path.Combine(folder, "mailstore.toml"), $"data_dir = \"data\"\nmodules_dir = '{modules}'\n");
        var users = Path.Combine(folder, "users");
        await File.WriteAllLinesAsync(users, Enumerable.Range(0, Users).Select(MtaClients.UserName));
        var command = new ProcessStartInfo(program, ["--config", Path.Combine(folder, "mailstore.toml"), "user", "import", users]) { RedirectStandardError = true };
        using var import = Process.Start(command)!;
        var errors = await import.StandardError.ReadToEndAsync();
        await import.WaitForExitAsync();
        if (import.ExitCode != 0)
            throw new InvalidOperationException($"mailstore user import ended with {import.ExitCode}: {errors}");
    }

    private static async Task<Measured> RestartIdleAsync(Supervisor supervisor)
    {
        await Task.Delay(Between / 2);
        var tally = new MtaTally();
        var restarting = supervisor.RestartAsync();
        // its connection waits in the socket, or is among the last that the old server takes: then the next one is tried
        var restart = default(Restart?);
        while (restart is null)
        {
            await DeliverAsync(supervisor.Tcp, tally);
            restart = restarting.IsCompleted ? await restarting : null;
        }

        await DeliverAsync(supervisor.Tcp, tally);
        return new Measured(tally.LongestPause(restart.Value.Began, restart.Value.Ready), restart.Value);
    }

    private static async Task DeliverAsync(EndPoint server, MtaTally tally)
    {
        await using var client = await LmtpClient.ConnectAsync(server);
        var since = Stopwatch.GetTimestamp();
        var reply = (await client.SendMailAsync("sender@example.net", [MtaClients.UserName(0)], Mail))[0];
        if (reply.Code != 250)
            throw new InvalidOperationException($"a mail was refused: {reply}");
        tally.Store("", "", since);
    }

    private static void Tell(string when, IReadOnlyCollection<Measured> measured)
    {
        var (pause, stop, start) = (Of(m => m.Pause), Of(m => m.Restart.Stopping), Of(m => m.Restart.Starting));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{when}, {measured.Count} restarts: pause median {pause.Median:F0} ms, worst {pause.Worst:F0} ms; of it the stop {stop.Median:F0} (worst {stop.Worst:F0}), the start up to READY=1 {start.Median:F0} (worst {start.Worst:F0})"));

        (double Median, double Worst) Of(Func<Measured, TimeSpan> what)
        {
            var sorted = measured.Select(m => what(m).TotalMilliseconds).Order().ToList();
            return (sorted[sorted.Count / 2], sorted[^1]);
        }
    }

    private sealed record Measured(TimeSpan Pause, Restart Restart);
}
