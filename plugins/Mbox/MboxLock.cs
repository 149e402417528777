namespace MailStore.Mbox;

/// <summary>A way to lock an mbox file.</summary>
public enum MboxLock
{
    /// <summary>The system's lock on the file itself.</summary>
    Fcntl,

    /// <summary>A file <c>NAME.lock</c> beside it.</summary>
    Dotlock,
}
