using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace MailStore.Benchmarks.Restarts;

/// <summary>
/// Clients that bring mails as fast as they are taken, as an MTA's delivery processes do: each connection brings some, then a new one is made. Half of them
/// send MAIL, RCPT and DATA in one go, some take their time, and some mails are large. A mail is stored if and only if the reply after its data is 250.
/// </summary>
/// <param name="servers">Where to connect, in turn.</param>
/// <param name="connections">At once.</param>
/// <param name="users">How many there are: see <see cref="UserName"/>.</param>
internal sealed class MtaClients(IReadOnlyList<EndPoint> servers, int connections, int users) : IAsyncDisposable
{
    private const int NeighboursForUser = 8, LargeOnesEach = 64;

    private static readonly string SmallBody = Body(4 << 10), LargeBody = Body(300 << 10);

    private readonly CancellationTokenSource _end = new();
    private Task _running = Task.CompletedTask;
    private int _mails = -1;

    public MtaTally Tally { get; } = new();

    public static string UserName(int number) => string.Create(CultureInfo.InvariantCulture, $"user{number}@example.org");

    public void Start() => _running = Task.WhenAll(Enumerable.Range(0, connections).Select(number => Task.Run(() => RunAsync(number))));

    /// <summary>Each brings its last mail to an end.</summary>
    public async Task StopAsync()
    {
        await _end.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task RunAsync(int number)
    {
        var client = new MtaClient(servers[number % servers.Count], number, Tally);
        await using (client)
        {
            while (!_end.IsCancellationRequested)
            {
                var mail = Interlocked.Increment(ref _mails);
                // neighbours in time share a user, and new users keep coming: their first mails meet the restarts as well
                var recipient = UserName(mail / NeighboursForUser % users);
                var id = $"<{mail}.{number}@mta.example>";
                var content = Encoding.ASCII.GetBytes($"Message-ID: {id}\r\nSubject: mail {mail}\r\n\r\n{(mail % LargeOnesEach == 0 ? LargeBody : SmallBody)}.\r\n");
                var since = Stopwatch.GetTimestamp();
                if (await client.SendAsync(recipient, content))
                    Tally.Store(id, recipient, since);
            }
        }
    }

    private static string Body(int size) => string.Concat(Enumerable.Repeat(new string('x', 62) + "\r\n", size / 64));
}
