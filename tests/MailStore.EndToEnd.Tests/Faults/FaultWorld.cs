using System.Text;
using MailStore.Host.Admin;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Faults;

/// <summary>A server over a disk that fails when the test says so, and a book of what it acknowledged.</summary>
internal sealed class FaultWorld : IAsyncDisposable
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(60);

    // who is known before the server starts; each case needs one of his own
    private const int Users = 3000;

    private readonly Dictionary<string, List<string>> _acknowledged = [];
    private readonly AdminClient _admin;
    private LmtpClient _client;
    private int _users;
    private int _mails;

    private FaultWorld(TestPlace place, FaultShim shim, ServerProcess server, LmtpClient client)
    {
        Place = place;
        Shim = shim;
        Server = server;
        _client = client;
        _admin = new AdminClient(AdminServer.SocketPath(place.DataDirectory));
    }

    public TestPlace Place { get; }

    public FaultShim Shim { get; }

    public ServerProcess Server { get; }

    /// <summary>How many bytes the mails have.</summary>
    public int MailSize { get; init; } = 2000;

    public static async Task<FaultWorld> StartAsync(string configuration, int mailSize)
    {
        var place = new TestPlace(configuration);
        await place.AddUsersAsync(Enumerable.Range(0, Users).Select(UserName));
        var shim = new FaultShim(place.Directory, place.DataDirectory + "/");
        var server = await ServerProcess.StartAsync(await shim.UnderAsync(MailStoreProgram.StartInfo(place.Directory, ["serve"])));
        var world = new FaultWorld(place, shim, server, await LmtpClient.ConnectAsync(server.EndPoint)) { MailSize = mailSize };
        // what comes once in the life of a server is no part of each delivery
        await world.DeliverAsync(world.NextUser());
        await world.DeliverAsync(world.NextUser());
        return world;
    }

    /// <summary>A user without mail; his name is nowhere part of another path.</summary>
    public string NextUser() => UserName(_users++);

    /// <summary>Sends one mail.</summary>
    /// <returns>Its token, and the reply that counts.</returns>
    public async Task<(string Token, int Code)> SendAsync(string user)
    {
        var token = $"token-{_mails++:d8}";
        var text = new StringBuilder($"Subject: {token}\r\n\r\n");
        while (text.Length < MailSize)
            text.Append("one more line, so that there is something to write\r\n");
        text.Append($"end of {token}\r\n");
        var code = Assert.Single(await _client.SendMailAsync("sender@example.net", [user], Encoding.ASCII.GetBytes(text.ToString()))).Code;
        if (code == 250)
            Book(user).Add(token);
        return (token, code);
    }

    /// <summary>Sends one mail that must be stored.</summary>
    public async Task DeliverAsync(string user) => Assert.Equal(250, (await SendAsync(user)).Code);

    /// <summary>The calls since the last time, up to one that must come, at the latest behind the reply.</summary>
    public async Task<IReadOnlyList<FileCall>> CallsUntilAsync(Func<FileCall, bool> isMeant, string what)
    {
        var calls = new List<FileCall>(Shim.NewCalls());
        for (var until = DateTime.UtcNow + Recovery; !calls.Any(isMeant); calls.AddRange(Shim.NewCalls()))
        {
            Assert.True(DateTime.UtcNow < until, $"{what}: never came about, among\n{string.Join('\n', calls)}");
            await Task.Delay(5);
        }

        return calls;
    }

    /// <summary>The disk is well again: so must the server be, by itself.</summary>
    public async Task RecoverAsync(string user, string what)
    {
        var until = DateTime.UtcNow + Recovery;
        for (int code; (code = (await SendAsync(user)).Code) != 250; await Task.Delay(50))
            Assert.True(DateTime.UtcNow < until, $"{what}: the disk is well again, but mail is still answered {code}\n{Server.Log}");
    }

    /// <summary>
    /// All that was acknowledged to a user is there, whole and once; what was not is not there (or, if <paramref name="mayHaveMore"/>, once and whole).
    /// </summary>
    public async Task AuditAsync(string user, string what, bool mayHaveMore = false)
    {
        var seen = new HashSet<string>();
        await foreach (var mail in _admin.ListMailAsync(user, CancellationToken.None))
        {
            using var content = new MemoryStream();
            await _admin.CopyMailAsync(user, mail.Id, content, CancellationToken.None);
            var text = Encoding.ASCII.GetString(content.ToArray());
            var token = text.Split('\n').First(line => line.StartsWith("Subject: ", StringComparison.Ordinal))["Subject: ".Length..];
            Assert.True(text.EndsWith($"end of {token}\n", StringComparison.Ordinal) && text.Length == mail.Size, $"{what}: the mail {token} of {user} is torn:\n{text}");
            Assert.True(seen.Add(token), $"{what}: the mail {token} of {user} is there twice");
        }

        foreach (var token in Book(user))
            Assert.True(seen.Remove(token), $"{what}: the mail {token} was acknowledged, and is lost");
        Assert.True(mayHaveMore || seen.Count == 0, $"{what}: seen, though never acknowledged: {string.Join(", ", seen)}");
    }

    /// <summary>Audits all users, by a server that was started anew without faults.</summary>
    public async Task AuditAfterRestartAsync()
    {
        Assert.Equal(0, await Server.StopAsync());
        await using var server = await ServerProcess.StartAsync(Place);
        foreach (var user in _acknowledged.Keys)
            await AuditAsync(user, "after a restart", mayHaveMore: true);
        Assert.Equal(0, await server.StopAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _client.DisposeAsync();
        await Server.DisposeAsync();
        Shim.Dispose();
        Place.Dispose();
    }

    public async Task ReconnectAsync()
    {
        await _client.DisposeAsync();
        _client = await LmtpClient.ConnectAsync(Server.EndPoint);
    }

    public static string LocalPart(string user) => user.Split('@')[0];

    private static string UserName(int i) => $"user{i:d5}x@example.org";

    private List<string> Book(string user)
    {
        if (!_acknowledged.TryGetValue(user, out var tokens))
            _acknowledged.Add(user, tokens = []);
        return tokens;
    }
}
