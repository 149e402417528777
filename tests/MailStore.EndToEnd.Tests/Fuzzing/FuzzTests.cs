using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using MailStore.Dialogues;
using MailStore.Tests;
using Xunit.Abstractions;

namespace MailStore.EndToEnd.Tests.Fuzzing;

/// <summary>
/// Sessions made of mutated dialogues. Each has a seed of its own, told when it fails: <c>MAILSTORE_FUZZ_SEED</c> begins with it.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    /// <summary>All that can be switched on. Sessions tell the same queue ids again and again, of different mails.</summary>
    private const string Configuration = """
        [delivery]
        repeat_window = "0s"

        [lmtp]
        listen = ["127.0.0.1:0"]
        max_message_size = "300K"
        dsn = true
        tls_certificate = "../tls.pem"
        xforward_clients = ["127.0.0.1"]
        xclient_clients = ["127.0.0.1"]
        """;

    /// <summary>Of the sessions that are broken off: what was stored of their mails is asked by nobody.</summary>
    private const string BrokenOff = "broken.example";

    /// <summary>So many end in order before one is broken off.</summary>
    private const int InOrder = 9;

    /// <summary>Of the server's process, whatever the clients do. At rest it has a bit more than 100.</summary>
    private const int MostMegabytes = 600;

    /// <summary>One for each worker, so that what was stored can be told apart.</summary>
    private static readonly string[] Domains = ["red.example", "green.example", "blue.example", "white.example"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _failures = new();
    private int _sessions;
    private int _mails;

    [Fact]
    public async Task Whatever_clients_send_they_get_the_replies_of_RFC_2033_and_what_was_acknowledged_is_stored_once()
    {
        var plan = FuzzPlan.OfEnvironment();
        using var place = new TestPlace(Configuration);
        TestCertificate.Write(Path.Combine(place.Directory, "tls.pem"));
        await place.AddUsersAsync(Domains.Append(BrokenOff).SelectMany(domain =>
            (string[])[$"alice@{domain}", $"bob@{domain}", $"carol@{domain}", $"full@{domain} quota=1000", $"disabled@{domain} enabled=false"]));
        await using var server = await ServerProcess.StartAsync(place);
        using var end = new CancellationTokenSource(plan.Length);
        var broken = DialogueReader.ReadAll(BrokenOff);
        var knowsChunks = (await Target.AskAsync(server.EndPoint, CancellationToken.None)).Keywords.Contains("CHUNKING");
        var memory = new ServerMemory(server.ProcessId);

        var next = plan.Seed - 1;
        await Task.WhenAll(Domains.Select(domain => Task.Run(async () =>
        {
            var dialogues = DialogueReader.ReadAll(domain);
            while (!end.IsCancellationRequested && _failures.IsEmpty)
            {
                var seed = Interlocked.Increment(ref next);
                if (seed % (InOrder + 1) == 0)
                    await BreakOffAsync(server, place, broken, seed);
                else
                    await RunAsync(server, place, domain, dialogues, seed, knowsChunks);
                if (memory.Megabytes() is > MostMegabytes and var used)
                    Fail(seed, $"the server uses {used} MB", []);
            }
        })));

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"seed {plan.Seed}: {_sessions} sessions, {_mails} mails stored, at most {memory.Most} MB in the server"));
        Assert.True(_failures.IsEmpty, string.Join("\n\n", _failures));
        Assert.True(_sessions >= 2 * plan.Length.TotalSeconds, $"only {_sessions} sessions in {plan.Length}");
        Assert.True(_mails > _sessions / 20, $"only {_mails} mails in {_sessions} sessions: they never get anywhere");

        await using (var good = await LmtpClient.ConnectAsync(server.EndPoint))
            Assert.Equal(250, Assert.Single(await good.SendMailAsync("", [$"alice@{Domains[0]}"], "still here\r\n"u8.ToArray())).Code);
        Assert.Equal("still here\n", Assert.Single(Take(place, Domains[0])));
        Assert.Equal(0, await server.StopAsync());
        Assert.DoesNotContain(" fail: ", server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(" crit: ", server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_makes_the_same_session()
    {
        var dialogues = DialogueReader.ReadAll();
        static string Show(IEnumerable<(byte[] Bytes, int Pause)> pieces) => string.Join('|', pieces.Select(piece => $"{Convert.ToHexString(piece.Bytes)} {piece.Pause}"));
        for (var seed = 0; seed < 50; seed++)
            Assert.Equal(Show(new Mutator(dialogues, seed).Make()), Show(new Mutator(dialogues, seed).Make()));
        Assert.NotEqual(Show(new Mutator(dialogues, 1).Make()), Show(new Mutator(dialogues, 2).Make()));
    }

    private async Task RunAsync(ServerProcess server, TestPlace place, string domain, IReadOnlyList<Dialogue> dialogues, int seed, bool knowsChunks)
    {
        var pieces = new Mutator(dialogues, seed).Make();
        byte[] wire = [.. pieces.SelectMany(piece => piece.Bytes)];
        var watch = Stopwatch.StartNew();
        try
        {
            var replies = await FuzzSession.RunAsync(server.EndPoint, pieces, Patience, CancellationToken.None);
            var model = new ReplyModel(wire, endsAtBareLf: true, knowsChunks);
            if (model.Check(replies) is { } problem)
                Fail(seed, problem, wire);
            var acknowledged = model.Acknowledged.Select(mail => Encoding.Latin1.GetString(mail)).Order(StringComparer.Ordinal);
            var stored = Take(place, domain).Order(StringComparer.Ordinal).ToList();
            if (_failures.IsEmpty && !acknowledged.SequenceEqual(stored))
                Fail(seed, $"{model.Acknowledged.Count} mails were acknowledged, and {stored.Count} are stored, or not the same", wire);
            Interlocked.Increment(ref _sessions);
            Interlocked.Add(ref _mails, stored.Count);
        }
        catch (Exception e) when (e is DialogueException or TimeoutException or System.Net.Sockets.SocketException)
        {
            Fail(seed, string.Create(CultureInfo.InvariantCulture, $"{e.Message} (after {watch.Elapsed.TotalSeconds:F0} s)"), wire);
        }
    }

    private async Task BreakOffAsync(ServerProcess server, TestPlace place, IReadOnlyList<Dialogue> dialogues, int seed)
    {
        var random = new Random(seed);
        var pieces = new Mutator(dialogues, seed).Make();
        try
        {
            await FuzzSession.BreakOffAsync(server.EndPoint, pieces.Take(random.Next(pieces.Count + 1)), random.Next(5), CancellationToken.None);
            Interlocked.Increment(ref _sessions);
        }
        catch (System.Net.Sockets.SocketException e)
        {
            Fail(seed, e.Message, [.. pieces.SelectMany(piece => piece.Bytes)]);
        }

        foreach (var user in (string[])["alice", "bob", "carol", "full"])
        {
            var folder = Path.Combine(place.MaildirOf($"{user}@{BrokenOff}"), "new");
            foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
                File.Delete(file);
        }
    }

    private void Fail(int seed, string problem, byte[] wire) => _failures.Enqueue($"MAILSTORE_FUZZ_SEED={seed}: {problem}\n{Show(wire)}");

    private static string Show(byte[] wire) =>
        string.Join('\n', Encoding.Latin1.GetString(wire).Split('\n').Take(60).Select(line => "C: " + Escapes.Show(Encoding.Latin1.GetBytes(line + "\n"))));

    /// <summary>What was stored for all users of a domain since the last time, without the headers that MailStore adds.</summary>
    private static List<string> Take(TestPlace place, string domain)
    {
        var mails = new List<string>();
        foreach (var user in (string[])["alice", "bob", "carol", "full"])
        {
            foreach (var file in StoredMaildir.Files(place.MaildirOf($"{user}@{domain}")))
            {
                mails.Add(Encoding.Latin1.GetString(StoredMaildir.Open(file).Mail));
                File.Delete(file);
            }
        }

        return mails;
    }
}
