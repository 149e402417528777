using System.Globalization;
using MailStore.Benchmarks.Restarts;
using MailStore.EndToEnd.Tests.Authors;
using MailStore.EndToEnd.Tests.Mtas;
using Xunit.Abstractions;

namespace MailStore.EndToEnd.Tests.Restarts;

/// <summary>Restarts with a changed plugin while a foreign load generator brings mail over the TCP and the Unix socket.</summary>
[Collection(MtaCollection.Name)]
public sealed class ForeignLoadTests(MtaPackages packages, ITestOutputHelper output)
{
    private const int ConnectionsEach = 8;

    private static readonly int Restarts = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? 20 : 3;

    private static readonly string[] Domains = ["tcp.example.org", "unix.example.org"];

    [FactIf(FactIfAttribute.Root, "apt-get", "unshare")]
    public async Task Smtp_source_sees_no_refused_connection_and_no_failed_mail_and_each_of_its_mails_is_stored_once()
    {
        var root = await packages.PrepareAsync("postfix");
        using var place = new TestPlace();
        var modules = place.OwnModules();
        place.Configure(string.Concat(Domains.Select(domain => $"[domain.\"{domain}\"]\ncatch_all = \"all@{domain}\"\n")), modules);
        await place.AddUsersAsync(Domains.Select(domain => $"all@{domain}"));
        var plugin = Path.Combine(modules, "maildir", "MailStore.Maildir.dll");
        var original = await File.ReadAllBytesAsync(plugin);

        await using var supervisor = new Supervisor(MailStoreProgram.Path, place.Directory);
        await supervisor.StartAsync();
        using var ending = new CancellationTokenSource();
        var sources = supervisor.EndPoints.Zip(Domains, (server, domain) => new SmtpSource(root, place.Directory, server, $"user@{domain}", ConnectionsEach)).ToList();
        var load = Task.WhenAll(sources.Select(source => source.RunAsync(ending.Token)));
        var pauses = new List<double>();
        try
        {
            for (var number = 1; number <= Restarts; number++)
            {
                await Task.WhenAny(load, Task.Delay(TimeSpan.FromSeconds(1)));
                if (load.IsFaulted)
                    await load;
                await File.WriteAllBytesAsync(plugin, PluginStamp.Next(original, number).Dll);
                var restart = await supervisor.RestartAsync();
                pauses.Add(System.Diagnostics.Stopwatch.GetElapsedTime(restart.Began, restart.Ready).TotalMilliseconds);
            }
        }
        finally
        {
            await ending.CancelAsync();
            await load;
        }

        Assert.Equal(0, await supervisor.StopAsync());
        pauses.Sort();
        Notes.Add(output, string.Create(CultureInfo.InvariantCulture,
            $"{Restarts} restarts while smtp-source brought {sources.Sum(source => source.Stored)} mails, another plugin each time: none failed; from SIGTERM to READY=1 median {pauses[pauses.Count / 2]:F0} ms, worst {pauses[^1]:F0} ms"));
        for (var i = 0; i < Domains.Length; i++)
        {
            var mails = StoredMaildir.Files(place.MaildirOf($"all@{Domains[i]}")).Select(MarkOf).ToList();
            Assert.Equal(sources[i].Stored, mails.Count);
            Assert.Equal(mails.Count, mails.Distinct().Count());
        }
    }

    private static string MarkOf(string file) =>
        string.Join(' ', File.ReadLines(file).TakeWhile(line => line.Length > 0).Where(line => line.StartsWith("X-Original-To:", StringComparison.Ordinal) || line.StartsWith("Subject:", StringComparison.Ordinal)));
}
