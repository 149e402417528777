using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>
/// Clients that bring mails by LMTP: small ones and some that are spooled, some for several users, some sent twice as after a lost reply, many as the first of
/// users who were added just now.
/// </summary>
/// <param name="acknowledged">Called with each 250, before the client goes on.</param>
internal sealed class MailLoad(EndPoint server, Ledger ledger, Func<IReadOnlyList<string>> users, int connections, int seed, Action acknowledged) : IAsyncDisposable
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, byte> _touched = [];
    private Task _running = Task.CompletedTask;
    private int _repeats;

    /// <summary>Whether the server knows a mail that is sent twice.</summary>
    public bool HasMemory { get; init; } = true;

    /// <summary>Who was sent a mail.</summary>
    public IEnumerable<string> Touched => _touched.Keys;

    /// <summary>Mails that were sent once more at once, and acknowledged again.</summary>
    public int Repeats => _repeats;

    public void Start() => _running = Task.WhenAll(Enumerable.Range(0, connections).Select(number => Task.Run(() => RunAsync(new Random(seed + number)))));

    /// <summary>At once, in the middle of whatever is under way.</summary>
    public async Task StopAsync()
    {
        await _end.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _end.Dispose();
    }

    private async Task RunAsync(Random random)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await using var client = await LmtpClient.ConnectAsync(server, _end.Token);
                for (var mails = random.Next(1, 40); mails > 0; mails--)
                    await SendAsync(client, random);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or InvalidOperationException or FormatException)
            {
                // the server was killed, or turns clients away
                await Task.Delay(AfterFailure);
            }
        }
    }

    private async Task SendAsync(LmtpClient client, Random random)
    {
        var known = users();
        // half of them for those who came last: they meet the creator
        var chosen = Enumerable.Range(0, random.Next(8) == 0 ? 3 : 1)
            .Select(_ => known[random.Next(2) == 0 ? random.Next(known.Count) : known.Count - 1 - random.Next(Math.Min(4, known.Count))]).Distinct().ToList();
        var size = random.Next(12) == 0 ? random.Next(40_000, 400_000) : random.Next(300, 8_000);
        var mails = ledger.Note(chosen, size, out var content);
        foreach (var user in chosen)
            _touched[user] = 0;
        await HandOverAsync(client, mails, content);
        if (HasMemory && random.Next(10) == 0 && mails.All(mail => mail.IsAcknowledged))
        {
            await HandOverAsync(client, mails, content);
            Interlocked.Increment(ref _repeats);
        }
    }

    private async Task HandOverAsync(LmtpClient client, IReadOnlyList<SentMail> mails, byte[] content)
    {
        var replies = await client.SendMailAsync("sender@example.net", [.. mails.Select(mail => mail.User)], content, _end.Token);
        for (var i = 0; i < mails.Count; i++)
        {
            if (replies[i].Code is < 200 or >= 500)
                ledger.Complain($"{mails[i].Id} for {mails[i].User} was refused for good: {replies[i]}");
            if (replies[i].Code != 250)
                continue;
            mails[i].IsAcknowledged = true;
            acknowledged();
        }
    }
}
