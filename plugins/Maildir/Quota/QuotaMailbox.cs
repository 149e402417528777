using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;

namespace MailStore.Maildir.Quota;

/// <summary>A mailbox as its <see cref="QuotaGate"/> is asked about it.</summary>
/// <param name="Home">Open.</param>
/// <param name="Limit">What it may hold.</param>
/// <param name="Ids">Who owns its files.</param>
/// <param name="Now">The time.</param>
internal readonly record struct QuotaMailbox(Descriptor Home, QuotaLimit Limit, Ownership? Ids, DateTimeOffset Now)
{
    /// <summary>Has it counted anew when it is next needed, if it can be.</summary>
    public void DiscardCount()
    {
        try
        {
            MaildirSize.Discard(Home);
        }
        catch (PosixException)
        {
            // counted anew after 5120 bytes, or when over quota
        }
    }
}
