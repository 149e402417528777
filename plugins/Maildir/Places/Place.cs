namespace MailStore.Maildir.Places;

/// <summary>A user's Maildir, and what its owner file says.</summary>
internal sealed record Place(string Home, Owner Owner);
