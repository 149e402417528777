using MailStore.LiteDb.Mails.Places;
using MailStore.Sdk;

namespace MailStore.LiteDb.Mails.Files;

/// <summary>A mail that is to be stored.</summary>
/// <param name="Place">Where.</param>
/// <param name="Folder">Empty for the inbox.</param>
/// <param name="Arrival">When it came to the host.</param>
/// <param name="Flags">That it has from elsewhere.</param>
/// <param name="Size">In bytes, lines ended by LF.</param>
/// <param name="Envelope">What the MTA said besides.</param>
/// <param name="Pieces">Header and content, in the pieces of LiteDB's file storage.</param>
internal sealed record NewMail(MailboxPlace Place, string Folder, DateTimeOffset Arrival, MailFlags Flags, long Size, Envelope Envelope, byte[][] Pieces)
{
    public static NewMail Of(Mail mail, MailboxPlace place, string folder, byte[][] pieces) => new(
        place, folder, mail.Arrival, mail.Flags, mail.Size, new Envelope(mail.DeliveryId, mail.Sender, mail.OriginalRecipient, mail.SizeCrLf), pieces);
}
