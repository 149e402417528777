using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using LiteDB;

namespace MailStore.LiteDb.Mails;

/// <summary>
/// What a mail is found by: its mailbox's number, folder, arrival (ms) and number in its mailbox. As the index has it, mails of a mailbox stand together,
/// folder by folder, the inbox first, in the order of arrival.
/// </summary>
/// <param name="Mailbox">The number of the mailbox in its file.</param>
/// <param name="Folder">Empty for the inbox.</param>
/// <param name="Arrival">Milliseconds since 1970.</param>
/// <param name="Sequence">Counted on by the mailbox, never given again.</param>
internal sealed record MailKey(long Mailbox, string Folder, long Arrival, long Sequence)
{
    private const int ArrivalDigits = 16;

    /// <summary>The id by which the host knows the mail: <c>Lists/0000018c2f6e9a00-1f</c>. The mailbox is not in it: no id leads into another one.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{(Folder.Length == 0 ? "" : Folder + "/")}{Arrival:x16}-{Sequence:x}");

    /// <summary>The id of its content in LiteDB's file storage.</summary>
    public string FileId => FileIdOf(Mailbox, Sequence);

    public static string FileIdOf(long mailbox, long sequence) => string.Create(CultureInfo.InvariantCulture, $"{mailbox}/{sequence}");

    /// <summary>The key of an id; null for what is none.</summary>
    public static MailKey? Parse(long mailbox, string id)
    {
        var at = id.LastIndexOf('/');
        var folder = at < 0 ? "" : id[..at];
        var rest = id.AsSpan(at + 1);
        if (rest.Length < ArrivalDigits + 2
            || !long.TryParse(rest[..ArrivalDigits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var arrival)
            || !long.TryParse(rest[(ArrivalDigits + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sequence)
            || (at >= 0 && !MailFolder.IsName(folder)))
        {
            return null;
        }

        var key = new MailKey(mailbox, folder, arrival, sequence);
        return key.Id == id ? key : null;
    }

    /// <summary>Before all keys of a mailbox.</summary>
    public static BsonValue First(long mailbox)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, mailbox);
        return new BsonValue(bytes);
    }

    /// <summary>LiteDB compares keys of bytes byte by byte; the NUL behind the folder, which no name holds, sorts before all that a longer name goes on with.</summary>
    public BsonValue ToBson()
    {
        var folder = Encoding.UTF8.GetByteCount(Folder);
        var bytes = new byte[sizeof(long) + folder + 1 + sizeof(long) + sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Mailbox);
        Encoding.UTF8.GetBytes(Folder, bytes.AsSpan(sizeof(long)));
        var times = bytes.AsSpan(sizeof(long) + folder + 1);
        BinaryPrimitives.WriteInt64BigEndian(times, Arrival ^ long.MinValue);
        BinaryPrimitives.WriteInt64BigEndian(times[sizeof(long)..], Sequence);
        return new BsonValue(bytes);
    }

    public static MailKey Of(BsonValue value)
    {
        var bytes = value.AsBinary.AsSpan();
        var times = bytes[^(2 * sizeof(long))..];
        return new MailKey(
            BinaryPrimitives.ReadInt64BigEndian(bytes),
            Encoding.UTF8.GetString(bytes[sizeof(long)..^(2 * sizeof(long) + 1)]),
            BinaryPrimitives.ReadInt64BigEndian(times) ^ long.MinValue,
            BinaryPrimitives.ReadInt64BigEndian(times[sizeof(long)..]));
    }
}
