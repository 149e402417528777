using System.Globalization;
using System.Text;

namespace MailStore.Mbox.Format;

/// <summary>
/// The field that this module puts behind the <c>From </c> line of each of its mails: <c>X-MailStore: ID SIZE STORED CRC ?</c>. The sizes and the checksum say where the mail ends
/// and whether it is whole; the last character becomes a dot once the mail is durable.
/// </summary>
/// <param name="Id">By which the mail is known.</param>
/// <param name="Size">Of the mail as it is read back.</param>
/// <param name="Stored">Of what stands between this line and the next mail, as it was written.</param>
/// <param name="Checksum">Of the mail as it is read back: flags that a mail program writes into it later do not change it.</param>
/// <param name="IsConfirmed">Whether it was durable when somebody else could see it first.</param>
internal sealed record Marker(string Id, long Size, long Stored, uint Checksum, bool IsConfirmed)
{
    public const int MaxLength = 120;

    private const byte Confirmed = (byte)'.';
    private const byte Unconfirmed = (byte)'?';

    public static ReadOnlySpan<byte> Name => "X-MailStore: "u8;

    /// <summary>What confirms it, instead of the last character of the line.</summary>
    public static ReadOnlySpan<byte> Confirmation => [Confirmed];

    /// <summary>The line with its end.</summary>
    public byte[] Format() => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"X-MailStore: {Id} {Size} {Stored} {Checksum:x8} {(char)(IsConfirmed ? Confirmed : Unconfirmed)}\n"));

    /// <summary>Reads a line without its end; null if it is none.</summary>
    public static Marker? Parse(ReadOnlySpan<byte> line)
    {
        if (line.Length > MaxLength || !line.StartsWith(Name))
            return null;
        var words = Encoding.Latin1.GetString(line[Name.Length..]).Split(' ');
        return words is [{ Length: > 0 } id, var size, var stored, { Length: 8 } sum, "." or "?"]
            && id.All(char.IsAsciiLetterOrDigit)
            && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var sizeNumber)
            && long.TryParse(stored, NumberStyles.None, CultureInfo.InvariantCulture, out var storedNumber)
            && uint.TryParse(sum, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sumNumber)
            ? new Marker(id, sizeNumber, storedNumber, sumNumber, words[^1] == ".")
            : null;
    }
}
