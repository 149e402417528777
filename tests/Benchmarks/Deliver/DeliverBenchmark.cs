using System.Diagnostics;
using System.Globalization;
using MailStore.Tests;

namespace MailStore.Benchmarks.Deliver;

/// <summary><c>tests/bench deliver</c>: what a delivery costs where the MTA starts a process for each mail, in turns with dovecot-lda.</summary>
internal static class DeliverBenchmark
{
    private const string Recipient = "alice@example.org";

    private static readonly string Host = Path.Combine(RepositoryRoot.Path, "host", "MailStore.Host", "bin", "Release", "net10.0", "mailstore");
    private static readonly string Native = Path.Combine(RepositoryRoot.Path, "host", "MailStore.Deliver", "bin", "Release", "net10.0", "linux-x64", "publish", "mailstore-deliver");

    /// <param name="runs">Mails of each program.</param>
    public static async Task<int> RunAsync(int runs)
    {
        if (!File.Exists(Native))
        {
            await Console.Error.WriteLineAsync($"{Native} is missing: dotnet publish host/MailStore.Deliver -c Release");
            return 1;
        }

        var folder = Directory.CreateTempSubdirectory("mailstore-bench-");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0x1ED); // 0755: dovecot-lda works as another user
        try
        {
            var mail = Path.Combine(folder.FullName, "mail");
            await File.WriteAllTextAsync(mail, $"From: <sender@example.net>\nSubject: bench\n\n{string.Concat(Enumerable.Repeat(new string('x', 75) + "\n", 52))}");
            await using var server = await MailStoreProcess.StartAsync(Host, folder.FullName, Recipient);
            await using var dovecot = DovecotProcess.Exists ? await DovecotProcess.StartAsync(folder.FullName) : null;
            var programs = new List<(string Name, string[] Command)>
            {
                ("true", ["/bin/true"]),
                ("mailstore-deliver", [Native, "--config", server.ConfigurationFile, "-f", "sender@example.net", Recipient]),
                ("mailstore deliver", [Host, "--config", server.ConfigurationFile, "deliver", "-f", "sender@example.net", Recipient]),
            };
            if (dovecot is not null)
                programs.Add(("dovecot-lda", ["/usr/lib/dovecot/dovecot-lda", "-c", dovecot.ConfigurationFile, "-f", "sender@example.net", "-d", Recipient]));
            var times = programs.ToDictionary(program => program.Name, _ => new List<double>());
            // the first ones warm the page cache
            for (var run = -5; run < runs; run++)
            {
                foreach (var (name, command) in programs)
                {
                    var elapsed = await TimeAsync(command, mail);
                    if (run >= 0)
                        times[name].Add(elapsed);
                }
            }

            Tell(times);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<double> TimeAsync(string[] command, string mail)
    {
        var info = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardError = true };
        var content = await File.ReadAllBytesAsync(mail);
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(info)!;
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(content);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // it reads nothing
        }

        await process.WaitForExitAsync();
        var elapsed = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{command[0]} ended with {process.ExitCode}: {await process.StandardError.ReadToEndAsync()}");
        return elapsed;
    }

    private static void Tell(Dictionary<string, List<double>> times)
    {
        foreach (var (name, measured) in times)
        {
            measured.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-18} p50 {At(measured, 0.5):F1} ms, p95 {At(measured, 0.95):F1} ms"));
        }

        if (times.TryGetValue("dovecot-lda", out var peer))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"p50 of mailstore-deliver: {100 * At(times["mailstore-deliver"], 0.5) / At(peer, 0.5):F0} % of dovecot-lda's"));
        else
            Console.WriteLine("dovecot-lda is not installed: nothing to compare with");

        static double At(List<double> sorted, double share) => sorted[Math.Min((int)(sorted.Count * share), sorted.Count - 1)];
    }
}
