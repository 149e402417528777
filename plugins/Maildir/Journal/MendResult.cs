namespace MailStore.Maildir.Journal;

/// <summary>What a file turned out to be.</summary>
internal enum MendResult
{
    /// <summary>There is none.</summary>
    Absent,

    /// <summary>Not the file that was delivered. If it has the name of the mail, somebody put it there, or an earlier replay did, which synced it.</summary>
    Another,

    /// <summary>As it was delivered.</summary>
    Whole,

    /// <summary>It was torn.</summary>
    Mended,
}
