namespace MailStore.Maildir.Journal;

/// <summary>A mail that a journal holds.</summary>
/// <param name="Record">What is known of it.</param>
/// <param name="Batch">With which it was made durable.</param>
/// <param name="Source">Where it was read.</param>
/// <param name="Position">Of its contents there.</param>
/// <param name="Length">Of its contents.</param>
internal sealed record FoundMail(MailRecord Record, long Batch, JournalReader Source, long Position, int Length)
{
    public byte[] ReadContent() => Source.ReadContent(this);
}
