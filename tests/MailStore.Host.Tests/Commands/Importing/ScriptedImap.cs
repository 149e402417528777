using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailStore.Host.Tests.Commands.Importing;

/// <summary>As much of an IMAP server (RFC 3501) as one client needs who reads: an inbox of three mails, and a folder that shows them again. The second mail goes as soon as all were listed.</summary>
internal sealed class ScriptedImap : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public ScriptedImap()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address => $"imap://alice@127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>What the client has asked for.</summary>
    public List<string> Commands { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stop.Dispose();
    }

    private static string TextOf(int uid) => $"Subject: {uid}\r\n\r\n{uid}\r\n";

    private static IEnumerable<string> Answer(string command)
    {
        const string listed = "INTERNALDATE \"14-Nov-2023 22:13:20 +0000\"";
        if (command.StartsWith("CAPABILITY", StringComparison.Ordinal))
            return ["* CAPABILITY IMAP4rev1"];
        if (command is "LIST \"\" \"\"")
            return ["* LIST (\\Noselect) \"/\" \"\""];
        if (command.StartsWith("LIST", StringComparison.Ordinal))
            return command.Contains("INBOX", StringComparison.Ordinal) ? ["* LIST () \"/\" INBOX"] : ["* LIST () \"/\" INBOX", "* LIST (\\All) \"/\" \"All Mail\""];
        if (command.StartsWith("EXAMINE", StringComparison.Ordinal))
            return ["* FLAGS (\\Seen)", "* 3 EXISTS", "* 0 RECENT", "* OK [UIDVALIDITY 1] valid"];
        if (command.StartsWith("UID SEARCH", StringComparison.Ordinal))
            return ["* SEARCH 1 2 3"];
        if (!command.StartsWith("UID FETCH", StringComparison.Ordinal))
            return [];
        if (command.Contains("INTERNALDATE", StringComparison.Ordinal))
            return [$"* 1 FETCH (UID 1 FLAGS (\\Seen) {listed})", $"* 2 FETCH (UID 2 FLAGS () {listed})", $"* 3 FETCH (UID 3 FLAGS () {listed})"];
        var uid = command[10] - '0';
        return uid == 2 ? [] : [$"* {uid} FETCH (UID {uid} BODY[] {{{TextOf(uid).Length}}}\r\n{TextOf(uid)})"];
    }

    private async Task ServeAsync()
    {
        using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII);
        await stream.WriteAsync("* OK [CAPABILITY IMAP4rev1] ready\r\n"u8.ToArray(), _stop.Token);
        while (await reader.ReadLineAsync(_stop.Token) is { } line)
        {
            var (tag, command) = (line[..line.IndexOf(' ', StringComparison.Ordinal)], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            Commands.Add(command);
            var done = command.StartsWith("EXAMINE", StringComparison.Ordinal) ? "OK [READ-ONLY] done" : "OK done";
            var lines = string.Concat(Answer(command).Append($"{tag} {done}").Select(answer => $"{answer}\r\n"));
            await stream.WriteAsync(Encoding.ASCII.GetBytes(lines), _stop.Token);
        }
    }
}
