using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Clusters;

/// <summary>As MTAs do: clients that bring mails, each until it is accepted. A reply that does not come within the client's timeout, and a connection that is closed, fail.</summary>
internal sealed class OutageLoad : IAsyncDisposable
{
    private const int Clients = 8;

    private readonly ConcurrentDictionary<string, string> _sent = [];
    private readonly ConcurrentQueue<LmtpReply> _refusals = [];
    private readonly CancellationTokenSource _end = new();
    private readonly Task _clients;

    /// <param name="hosts">Who takes the mails, in turn.</param>
    /// <param name="users">Who gets them, in turn.</param>
    public OutageLoad(IReadOnlyList<EndPoint> hosts, IReadOnlyList<string> users) =>
        _clients = Task.WhenAll(Enumerable.Range(0, Clients).Select(number => Task.Run(() => SendAsync(hosts[number % hosts.Count], number, users))));

    /// <summary>The user of each subject that was accepted.</summary>
    public IReadOnlyDictionary<string, string> Sent => _sent;

    public int Refusals => _refusals.Count;

    /// <summary>Waits until so many more are accepted.</summary>
    public async Task FlowAsync(int mails, Func<string> log)
    {
        var before = _sent.Count;
        var patience = DateTime.UtcNow.AddMinutes(2);
        while (_sent.Count < before + mails)
        {
            if (_clients.IsCompleted)
                await _clients;
            Assert.True(DateTime.UtcNow < patience, $"mail does not flow: {log()}");
            await Task.Delay(100);
        }
    }

    /// <summary>Has all clients bring their last mail to its end.</summary>
    public async Task EndAsync()
    {
        await _end.CancelAsync();
        await _clients;
        Assert.All(_refusals, reply => Assert.True(reply.Code is >= 400 and < 500, reply.ToString()));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _clients.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task SendAsync(EndPoint host, int number, IReadOnlyList<string> users)
    {
        await using var client = await LmtpClient.ConnectAsync(host);
        for (var i = 0; !_end.IsCancellationRequested; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"m{number}x{i}");
            var user = users[((number * 7) + i) % users.Count];
            while (true)
            {
                var reply = Assert.Single(await client.SendMailAsync("", [user], Encoding.ASCII.GetBytes($"Subject: {id}\r\n\r\nhello\r\n")));
                if (reply.IsPositive)
                    break;
                _refusals.Enqueue(reply);
                if (reply.Code >= 500)
                    return;
                await Task.Delay(100);
            }

            _sent[id] = user;
        }
    }
}
