namespace MailStore.Host.Delivery.Repeats;

/// <summary>What is known of a mail.</summary>
internal enum RepeatState
{
    New,
    UnderWay,
    Stored,
}
