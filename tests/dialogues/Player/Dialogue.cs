namespace MailStore.Dialogues;

/// <summary>One dialogue of a client with an LMTP server, and what is expected of the server. The syntax: <c>tests/dialogues/README.md</c>.</summary>
internal sealed record Dialogue(string File, int Line, string Title)
{
    /// <summary>In their order, from the greeting to the end of the connection.</summary>
    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>The keywords of LHLO without which the dialogue means nothing.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>Expects what no RFC demands: a limit, or a choice that is MailStore's own.</summary>
    public bool IsMailStoreOnly { get; init; }

    /// <summary>How it is cut into writes is the point: it is held in no other way.</summary>
    public bool IsAsWrittenOnly { get; init; }

    /// <summary>Why MailStore does otherwise on purpose; null: it must not.</summary>
    public string? Difference { get; init; }

    /// <summary>The mails that are stored, by recipient; all others get none.</summary>
    public IReadOnlyList<(string Recipient, byte[] Mail)> Stored { get; init; } = [];

    public override string ToString() => $"{File}:{Line} {Title}";
}
