using System.Net.Sockets;
using System.Text;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Host.Lmtp;

/// <summary>
/// One session over a Unix socket that nobody else can reach, whose mail is turned away. It runs beside the loading of the modules: what a session needs is then loaded and
/// compiled when the first client comes, who would wait for that a tenth of a second.
/// </summary>
internal static class Rehearsal
{
    private static readonly byte[] Lines = "LHLO rehearsal\r\nMAIL FROM:<> BODY=8BITMIME SIZE=40\r\nRCPT TO:<rehearsal@localhost>\r\nDATA\r\nReceived: from rehearsal\r\n\r\n.\r\nQUIT\r\n"u8.ToArray();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Never throws: a server that could not rehearse plays all the same.</summary>
    /// <param name="cancellationToken">Ends it. It is to be awaited in any case, so that it leaves nothing behind.</param>
    /// <returns>What the server said; null if it came to nothing.</returns>
    public static async Task<string?> PlayAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            // a folder of mode 0700
            var folder = Directory.CreateTempSubdirectory("mailstore-");
            try
            {
                return await PlayAsync(Path.Combine(folder.FullName, "lmtp"), patience.Token);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
        catch (Exception) // whatever it is, the server itself is none the worse, and its end waits for this
        {
            // no room, no permission, a path too long for a socket, a machine that has no time
            return null;
        }
    }

    private static async Task<string> PlayAsync(string path, CancellationToken cancellationToken)
    {
        var endPoint = new UnixDomainSocketEndPoint(path);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(endPoint);
        listener.Listen();
        await using var server = new LmtpServer(new LmtpOptions(), "/", new NoDelivery(), NullLoggerFactory.Instance, TimeProvider.System) { Inherited = [listener] };
        await server.StartAsync(cancellationToken);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(endPoint, cancellationToken);
        await client.SendAsync(Lines, cancellationToken);
        var replies = new byte[4096];
        var length = 0;
        while (length < replies.Length && await client.ReceiveAsync(replies.AsMemory(length), cancellationToken) is > 0 and var count)
            length += count;
        return Encoding.ASCII.GetString(replies, 0, length);
    }

    /// <summary>Takes every recipient and no mail.</summary>
    private sealed class NoDelivery : IDelivery
    {
        private const int Most = 1024 * 1024;

        private readonly MailBudget _budget = new(Most, Most, Most);

        public ValueTask<RecipientDecision> ResolveAsync(string address, CancellationToken cancellationToken) =>
            new(new RecipientDecision(new Recipient { Original = address, Detail = null, User = new UserRecord { Name = address } }, new Reply(250, "2.1.5", "ok")));

        public bool HasRoomFor(long size) => true;

        public MailBuffer CreateBuffer() => new("/nonexistent", Most, _budget);

        public IReadOnlyList<Task<Reply>> Start(MailEnvelope envelope, IReadOnlyList<Recipient> recipients, MailBuffer content, CancellationToken cancellationToken) =>
            [.. recipients.Select(_ => Task.FromResult(new Reply(451, "4.3.0", "nothing is stored here")))];
    }
}
