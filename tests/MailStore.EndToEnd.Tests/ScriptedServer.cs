using System.Net.Sockets;
using System.Text;

namespace MailStore.EndToEnd.Tests;

/// <summary>A server that says what it is told to, and may hang up in the middle of it. On a Unix socket, where a client notices at once.</summary>
internal sealed class ScriptedServer : IDisposable
{
    /// <summary>In place of a reply: the connection is closed.</summary>
    public const string HangUp = "hang up";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mailstore-scripted-");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Func<string, string> _answer;

    /// <param name="answer">From a command (the first word; <c>connect</c>, <c>.</c> for the end of the data) to the reply: lines, each without its end, joined by LF.</param>
    public ScriptedServer(Func<string, string> answer)
    {
        _answer = answer;
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen();
        Served = ServeAsync();
    }

    public string Path => System.IO.Path.Combine(_folder.FullName, "lmtp.sock");

    /// <summary>All that the client said, once it is gone.</summary>
    public Task<IReadOnlyList<string>> Served { get; }

    public void Dispose()
    {
        _listener.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<IReadOnlyList<string>> ServeAsync()
    {
        var said = new List<string>();
        await using var client = new NetworkStream(await _listener.AcceptAsync(), ownsSocket: true);
        using var reader = new StreamReader(client, Encoding.UTF8);
        var isData = false;
        try
        {
            for (var line = "connect"; line is not null; line = await reader.ReadLineAsync())
            {
                said.Add(line);
                if (isData && line != ".")
                    continue;
                isData = false;
                foreach (var reply in _answer(line.Split(' ', ':')[0]).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                {
                    if (reply == HangUp)
                        return said;
                    await client.WriteAsync(Encoding.UTF8.GetBytes(reply + "\r\n"));
                    isData |= reply.StartsWith("354", StringComparison.Ordinal);
                }
            }
        }
        catch (IOException)
        {
            // the client hung up
        }

        return said;
    }
}
