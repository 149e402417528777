namespace MailStore.Maildir.Journal;

/// <summary>What was found in a Maildir of the mails that were looked for.</summary>
internal sealed class HomeSearchResult
{
    public HashSet<FoundMail> Found { get; } = [];

    /// <summary>How many of them were torn, and written again.</summary>
    public int Mended { get; set; }

    /// <summary>Whether all directories and names could be looked at. If not, a mail that was not found may be there all the same.</summary>
    public bool IsComplete { get; set; } = true;
}
