using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Moving;

/// <summary>
/// Connections that deliver as fast as they can, as an MTA does: what is refused for the moment is sent again, to whichever host, until it is taken. A server that goes away is waited
/// for.
/// </summary>
internal sealed class MailPump : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // in the short form, on a machine with much to do, the tests have something left of it
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? 0 : 50);

    private readonly ConcurrentBag<(string User, string Id)> _taken = [];
    private readonly ConcurrentBag<(string User, string Id)> _unsure = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly string _name;
    private readonly Func<int, EndPoint> _hosts;
    private readonly IReadOnlyList<string> _users;
    private readonly List<Task> _connections;
    private int _last;
    private int _retries;

    /// <param name="name">Another one for each pump of a test.</param>
    /// <param name="hosts">Where the connection of this number goes.</param>
    public MailPump(string name, Func<int, EndPoint> hosts, IReadOnlyList<string> users, int connections)
    {
        _name = name;
        _hosts = hosts;
        _users = users;
        _connections = [.. Enumerable.Range(0, connections).Select(connection => Task.Run(() => RunAsync(connection)))];
    }

    /// <summary>What was acknowledged.</summary>
    public IReadOnlyCollection<(string User, string Id)> Taken => _taken;

    /// <summary>What was sent, and the reply was lost with the server: it may be there once more than it was acknowledged.</summary>
    public IReadOnlyCollection<(string User, string Id)> Unsure => _unsure;

    /// <summary>How often a mail was refused for the moment.</summary>
    public int Retries => _retries;

    /// <summary>No more mails; those under way are brought to their end.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_connections);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(int connection)
    {
        LmtpClient? client = null;
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var number = Interlocked.Increment(ref _last);
                var user = _users[number % _users.Count];
                var id = string.Create(CultureInfo.InvariantCulture, $"{_name}-{number}");
                for (var isTaken = false; !isTaken;)
                {
                    client ??= await ConnectAsync(connection);
                    try
                    {
                        var reply = Assert.Single(await client.SendMailAsync("sender@example.net", [user], SentMail.Of(user, id)));
                        isTaken = reply.IsPositive;
                        // never a refusal for good
                        Assert.True(isTaken || reply.Code is >= 400 and < 500, reply.ToString());
                        if (!isTaken)
                        {
                            Interlocked.Increment(ref _retries);
                            await Task.Delay(Pause);
                        }
                    }
                    catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
                    {
                        await client.DisposeAsync();
                        client = null;
                        _unsure.Add((user, id));
                    }
                }

                _taken.Add((user, id));
                await Task.Delay(Breath);
            }
        }
        finally
        {
            if (client is not null)
                await client.DisposeAsync();
        }
    }

    private async Task<LmtpClient> ConnectAsync(int connection)
    {
        var until = DateTime.UtcNow + TimeSpan.FromMinutes(2);
        while (true)
        {
            try
            {
                return await LmtpClient.ConnectAsync(_hosts(connection));
            }
            catch (Exception e) when (e is IOException or SocketException or InvalidOperationException && DateTime.UtcNow < until)
            {
                await Task.Delay(Pause);
            }
        }
    }
}
