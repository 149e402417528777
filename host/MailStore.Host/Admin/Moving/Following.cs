namespace MailStore.Host.Admin.Moving;

/// <summary>What a look at the old place changes of the mails that are at the new one already.</summary>
internal enum Following
{
    /// <summary>Nothing: the owner has them in his hands at the new place.</summary>
    Nothing,

    /// <summary>Flags are set. Only what is found in another folder is removed where it was: a mail that a reader moves is missed by a list now and then, and no other look may come that finds it again.</summary>
    Flags,

    /// <summary>Flags are set, and what is gone at the old place is removed.</summary>
    All,
}
