using System.Net;
using MailStore.Dialogues;

namespace MailStore.EndToEnd.Tests.Fuzzing;

/// <summary>Sends one made-up session, half-closes, and reads until the server closes, too.</summary>
internal static class FuzzSession
{
    /// <exception cref="TimeoutException">The server still holds the connection long after the client has said its last.</exception>
    /// <exception cref="DialogueException">What came is no reply.</exception>
    public static async Task<IReadOnlyList<Reply>> RunAsync(
        EndPoint server, IReadOnlyList<(byte[] Bytes, int PauseInMilliseconds)> pieces, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        try
        {
            await using var connection = await Connection.OpenAsync(server, deadline.Token);
            var sending = SendAsync(connection, pieces, deadline.Token);
            var replies = new List<Reply>();
            while (await connection.ReadReplyAsync(deadline.Token) is { } reply)
            {
                replies.Add(reply);
                // it waits for TLS now, and what it has to say of what comes in its place is no reply
                if (replies.Count > 1 && reply.Code == "220" && reply.Lines[0].StartsWith("2.0.0", StringComparison.Ordinal))
                    await connection.DrainAsync(deadline.Token);
            }

            await sending;
            return replies;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"the session did not end within {patience}");
        }
    }

    /// <summary>Sends the first pieces of a session, and breaks the connection off: what is answered, stored or under way then is the server's affair.</summary>
    /// <param name="pieces">To be sent; in a moment after the last the server may be anywhere.</param>
    public static async Task BreakOffAsync(EndPoint server, IEnumerable<(byte[] Bytes, int PauseInMilliseconds)> pieces, int pause, CancellationToken cancellationToken)
    {
        await using var connection = await Connection.OpenAsync(server, cancellationToken);
        foreach (var (bytes, _) in pieces)
            await connection.SendAsync(bytes, cancellationToken);
        await Task.Delay(pause, cancellationToken);
        connection.Reset();
    }

    private static async Task SendAsync(Connection connection, IReadOnlyList<(byte[] Bytes, int PauseInMilliseconds)> pieces, CancellationToken cancellationToken)
    {
        foreach (var (bytes, pause) in pieces)
        {
            if (pause > 0)
                await Task.Delay(pause, cancellationToken);
            await connection.SendAsync(bytes, cancellationToken);
        }

        connection.EndSending();
    }
}
