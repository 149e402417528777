namespace MailStore.Host.Lmtp;

/// <summary>What a session does after a command.</summary>
internal enum SessionStep : byte
{
    NextCommand,

    /// <summary>Takes the mail of DATA.</summary>
    Data,

    /// <summary>Takes a chunk of BDAT.</summary>
    Chunk,

    /// <summary>Begins TLS.</summary>
    StartTls,

    /// <summary>Ends, as the client wants.</summary>
    End,

    /// <summary>Ends, whatever the client still sends.</summary>
    CutOff,
}
