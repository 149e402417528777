namespace MailStore.Maildir.Places;

/// <summary>The modes of what this module makes, whatever the umask says.</summary>
internal static class Modes
{
    /// <summary>0700: directories of a Maildir.</summary>
    public const uint Private = 0x1c0;

    /// <summary>0600: mails.</summary>
    public const uint File = 0x180;

    /// <summary>0711: directories above Maildirs whose owners have uids of their own, and must get through.</summary>
    public const uint Passage = 0x1c9;
}
