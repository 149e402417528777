using MailStore.LiteDb.Mails.Content;
using MailStore.LiteDb.Mails.Files;
using MailStore.LiteDb.Mails.Places;
using MailStore.Sdk;

namespace MailStore.LiteDb.Mails;

/// <summary>What all mailboxes of an agent share.</summary>
/// <param name="Files">The mail files.</param>
/// <param name="Memory">For mails on their way.</param>
/// <param name="Roots">Where files may be.</param>
/// <param name="MaxMailSize">In bytes.</param>
internal sealed record MailServices(MailFiles Files, MailMemory Memory, RootGuard Roots, long MaxMailSize)
{
    /// <summary>What a mail that is too large comes to; null for one that is not.</summary>
    public DeliveryResult? FindTooLarge(Mail mail) => mail.Size > MaxMailSize
        ? DeliveryResult.TooLarge($"the mail has {mail.Size} bytes, and mail files take {MaxMailSize} (max_mail_size)")
        : null;
}
