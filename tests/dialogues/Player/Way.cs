namespace MailStore.Dialogues;

/// <summary>How what the client says is cut into writes.</summary>
internal enum Way
{
    /// <summary>A write for each line; each reply is waited for where it stands.</summary>
    AsWritten,

    /// <summary>One write for as much as RFC 2920, 3.1, allows to be sent without waiting.</summary>
    Pipelined,

    /// <summary>A write for each byte.</summary>
    Bytewise,
}
