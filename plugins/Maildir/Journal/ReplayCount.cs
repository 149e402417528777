namespace MailStore.Maildir.Journal;

/// <summary>What a replay found and did, in mails.</summary>
internal sealed record ReplayCount
{
    public int Mails { get; set; }

    /// <summary>In their Maildirs as they were delivered.</summary>
    public int Whole { get; set; }

    /// <summary>Torn, and written again.</summary>
    public int Mended { get; set; }

    /// <summary>Missing since the power went, and stored again.</summary>
    public int Restored { get; set; }

    /// <summary>Missing since their readers moved or removed them, or never acknowledged.</summary>
    public int Removed { get; set; }

    /// <summary>Of Maildirs that are gone.</summary>
    public int Homeless { get; set; }

    /// <summary>Kept in <see cref="AsideFolder"/>.</summary>
    public int Aside { get; set; }
}
