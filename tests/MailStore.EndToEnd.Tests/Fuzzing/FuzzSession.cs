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
                replies.Add(reply);
            await sending;
            return replies;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"the session did not end within {patience}");
        }
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
