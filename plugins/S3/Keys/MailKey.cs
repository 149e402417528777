using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using MailStore.Sdk;

namespace MailStore.S3.Keys;

/// <summary>
/// The key of a mail below its user's place, and his mailbox's id of it:
/// <c>INBOX/20261124T074707.123456Z_0000002a_8c6f0a1be2d94c17_DELIVERYID_S4711.eml</c>: arrival, a count of the process, a random number of the process, the
/// delivery's id, and the size. All that a listing tells of a mail stands in it. Keys of one folder sort by arrival, and no two deliveries ever get the same.
/// </summary>
/// <param name="Folder">Null for the inbox.</param>
/// <param name="Arrival">To the microsecond, UTC.</param>
/// <param name="Unique">Count, random number, delivery's id.</param>
/// <param name="Size">In bytes. An object of another size is no mail: it stands where a delivery was withdrawn.</param>
internal sealed partial record MailKey(string? Folder, DateTimeOffset Arrival, string Unique, long Size)
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss.ffffff'Z'";
    private const int MaxDeliveryId = 40;

    private static readonly string Process = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private static uint _count;

    /// <summary>Makes the key for one delivery.</summary>
    /// <param name="mail">What is delivered.</param>
    /// <param name="folder">The folder; null for the inbox. One that can have no key is the inbox too.</param>
    public static MailKey New(Mail mail, string? folder)
    {
        var count = Interlocked.Increment(ref _count);
        return New(mail, folder, string.Create(CultureInfo.InvariantCulture, $"{count:x8}_{Process}"));
    }

    /// <summary>Makes the key for one mail that is imported: of the same form, with a number in place of the count, so that mails of one arrival keep their order.</summary>
    /// <param name="mail">What is imported.</param>
    /// <param name="order">See <see cref="ImportOrder"/>.</param>
    public static MailKey ForImport(Mail mail, long order) =>
        New(mail, mail.Folder, string.Create(CultureInfo.InvariantCulture, $"{order >> 32:x8}_{(uint)order:x8}{RandomNumberGenerator.GetHexString(8, lowercase: true)}"));

    /// <summary>Reads what <see cref="ToString"/> gives, and nothing else.</summary>
    /// <param name="text">From outside.</param>
    public static MailKey? Parse(string text)
    {
        var slash = text.LastIndexOf('/') + 1;
        if (!FolderKey.TryParse(text[..slash], out var folder) || Name().Match(text, slash) is not { Success: true } match || match.Index != slash)
            return null;
        return DateTimeOffset.TryParseExact(match.Groups[1].ValueSpan, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var arrival)
            && long.TryParse(match.Groups[3].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && new MailKey(folder, arrival, match.Groups[2].Value, size) is var key && key.ToString() == text
            ? key
            : null;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Folder is null ? FolderKey.Inbox : FolderKey.ToKey(Folder))}{Arrival.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}_{Unique}_S{Size}.eml");

    private static MailKey New(Mail mail, string? folder, string count)
    {
        var id = string.Concat(mail.DeliveryId.Where(char.IsAsciiLetterOrDigit).Take(MaxDeliveryId));
        var arrival = new DateTimeOffset(mail.Arrival.UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
        return new MailKey(folder is not null && FolderKey.ToKey(folder) is not null ? folder : null, arrival, $"{count}_{id}", mail.Size);
    }

    [GeneratedRegex(@"\G([0-9T.]+Z)_([0-9a-f]{8}_[0-9a-f]{16}_[A-Za-z0-9]{0,40})_S([0-9]{1,18})\.eml\z")]
    private static partial Regex Name();
}
