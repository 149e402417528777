using System.Net;

namespace MailStore.Dialogues;

/// <summary>A server that dialogues are held with, and what it says of itself.</summary>
/// <param name="Server">Where it listens.</param>
/// <param name="Keywords">The first words of its reply to LHLO.</param>
internal sealed record Target(EndPoint Server, IReadOnlyList<string> Keywords)
{
    /// <summary>Any other server may choose its reply codes within their class.</summary>
    public bool IsMailStore { get; init; }

    /// <summary>How long a reply, or the end of the connection, is waited for.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Asks the server.</summary>
    public static async Task<Target> AskAsync(EndPoint server, CancellationToken cancellationToken)
    {
        await using var connection = await Connection.OpenAsync(server, cancellationToken);
        await connection.ReadReplyAsync(cancellationToken);
        await connection.SendAsync("LHLO client.example\r\n"u8.ToArray(), cancellationToken);
        var reply = await connection.ReadReplyAsync(cancellationToken);
        if (reply is not { Code: "250" })
            throw new DialogueException($"the server answered LHLO with {reply?.ToString() ?? "the end of the connection"}: it speaks no LMTP");
        return new Target(server, [.. reply.Lines.Skip(1).Select(line => line.Split(' ')[0].ToUpperInvariant())]);
    }

    /// <summary>Why the dialogue means nothing to this server, or null.</summary>
    public string? ReasonToLeaveOut(Dialogue dialogue)
    {
        var unmet = dialogue.Needs.Where(need => need[0] == '!' ? Keywords.Contains(need[1..]) : !Keywords.Contains(need)).ToList();
        return unmet.Count > 0 ? $"needs {string.Join(", ", unmet)}"
            : dialogue.IsMailStoreOnly && !IsMailStore ? "MailStore only"
            : null;
    }
}
