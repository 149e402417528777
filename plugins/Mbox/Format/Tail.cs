namespace MailStore.Mbox.Format;

/// <summary>What the end of a file is like.</summary>
/// <param name="End">Where its last whole mail ends; what stands behind is to be cut off.</param>
/// <param name="IsToBeKept">Whether what is cut off may be another program's.</param>
/// <param name="Unconfirmed">Whole mails of this module that may not be durable yet, or only lack the note that they are.</param>
internal sealed record Tail(long End, bool IsToBeKept, IReadOnlyList<MailHead> Unconfirmed);
