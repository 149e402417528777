namespace MailStore.Maildir.Journal;

/// <summary>How far a journal is.</summary>
/// <param name="Journal">It is open; null: there is none, or not yet.</param>
/// <param name="IsFinal">Whether nothing is left to do.</param>
/// <param name="Fault">Why there is none although the administrator wants one.</param>
internal readonly record struct JournalOpening(OpenJournal? Journal, bool IsFinal, string? Fault = null)
{
    /// <summary>There is to be none.</summary>
    public static JournalOpening None { get; } = new(null, IsFinal: true);

    /// <summary>To be tried again.</summary>
    public static JournalOpening Later { get; } = new(null, IsFinal: false);
}
