namespace MailStore.Host.Commands;

/// <summary>How the way of a piped mail to the server came to its end.</summary>
internal enum PipedMailEnd
{
    /// <summary>The server has all of it.</summary>
    Sent,

    /// <summary>It is larger than the server takes, and was not read to its end.</summary>
    TooLarge,

    /// <summary>The server broke the connection off.</summary>
    BrokenOff,
}
