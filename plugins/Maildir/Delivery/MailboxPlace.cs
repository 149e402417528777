using MailStore.Maildir.Places;
using MailStore.Maildir.Quota;

namespace MailStore.Maildir.Delivery;

/// <summary>All that a mailbox needs to know of its user.</summary>
/// <param name="User">The name, for messages.</param>
/// <param name="Home">The absolute path of the Maildir.</param>
/// <param name="Claim">What its owner file must bear, see <see cref="Owner.Claim"/>.</param>
/// <param name="Ids">Who owns its files.</param>
/// <param name="Limit">What it may hold.</param>
/// <param name="HasDetailFolder">Whether a mail's detail names its folder.</param>
internal sealed record MailboxPlace(string User, string Home, string Claim, Ownership? Ids, QuotaLimit Limit, bool HasDetailFolder);
