using System.Buffers.Binary;
using System.Text;
using MailStore.Maildir.Places;

namespace MailStore.Maildir.Journal;

/// <summary>All that the journal knows of a mail but its contents, which follow it.</summary>
/// <param name="Home">The Maildir.</param>
/// <param name="Claim">What its owner file must bear, see <see cref="Owner.Claim"/>.</param>
/// <param name="Box">The directory of the folder, with its dot; empty for the inbox.</param>
/// <param name="Name">The unique name of the file.</param>
/// <param name="Identity">Of the file.</param>
/// <param name="Ids">Who owns it.</param>
/// <param name="Arrival">Its mtime.</param>
/// <param name="Written">When the record was made.</param>
/// <param name="IsCounted">Whether its quota file counts it.</param>
internal sealed record MailRecord(
    string Home, string Claim, string Box, string Name, FileIdentity Identity, Ownership? Ids, DateTimeOffset Arrival, DateTimeOffset Written, bool IsCounted)
{
    /// <summary>Of the length and the checksum before each record.</summary>
    public const int Prefix = 8;

    private const int Fixed = 44;
    private const byte HasIds = 1, Counted = 2;

    /// <summary>Room for <see cref="Prefix"/>, and the record up to its contents.</summary>
    public byte[] Encode()
    {
        string[] texts = [Home, Claim, Box, Name];
        var bytes = new byte[Prefix + Fixed + texts.Sum(text => sizeof(ushort) + Encoding.UTF8.GetByteCount(text))];
        var rest = bytes.AsSpan(Prefix);
        rest[0] = (byte)((Ids is null ? 0 : HasIds) | (IsCounted ? Counted : 0));
        BinaryPrimitives.WriteUInt64LittleEndian(rest[4..], Identity.Inode);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[12..], Identity.Generation);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[16..], Ids?.Uid ?? 0);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[20..], Ids?.Gid ?? 0);
        BinaryPrimitives.WriteInt64LittleEndian(rest[24..], Arrival.UtcTicks);
        BinaryPrimitives.WriteInt64LittleEndian(rest[32..], Written.UtcTicks);
        BinaryPrimitives.WriteInt32LittleEndian(rest[40..], bytes.Length - Prefix);
        rest = rest[Fixed..];
        foreach (var text in texts)
        {
            var length = Encoding.UTF8.GetBytes(text, rest[sizeof(ushort)..]);
            BinaryPrimitives.WriteUInt16LittleEndian(rest, checked((ushort)length));
            rest = rest[(sizeof(ushort) + length)..];
        }

        return bytes;
    }

    /// <param name="source">A record whose checksum is right, without <see cref="Prefix"/>.</param>
    /// <param name="contentStart">Where in it the contents begin.</param>
    public static MailRecord? Decode(ReadOnlySpan<byte> source, out int contentStart)
    {
        contentStart = source.Length < Fixed ? 0 : BinaryPrimitives.ReadInt32LittleEndian(source[40..]);
        if (contentStart < Fixed || contentStart > source.Length)
            return null;
        var rest = source[Fixed..contentStart];
        var texts = new string[4];
        for (var i = 0; i < texts.Length; i++)
        {
            if (rest.Length < sizeof(ushort) || BinaryPrimitives.ReadUInt16LittleEndian(rest) is var length && rest.Length < sizeof(ushort) + length)
                return null;
            texts[i] = Encoding.UTF8.GetString(rest.Slice(sizeof(ushort), length));
            rest = rest[(sizeof(ushort) + length)..];
        }

        return new MailRecord(
            texts[0], texts[1], texts[2], texts[3],
            new FileIdentity(BinaryPrimitives.ReadUInt64LittleEndian(source[4..]), BinaryPrimitives.ReadUInt32LittleEndian(source[12..])),
            (source[0] & HasIds) == 0 ? null : new Ownership(BinaryPrimitives.ReadUInt32LittleEndian(source[16..]), BinaryPrimitives.ReadUInt32LittleEndian(source[20..])),
            TimeOf(BinaryPrimitives.ReadInt64LittleEndian(source[24..])),
            TimeOf(BinaryPrimitives.ReadInt64LittleEndian(source[32..])),
            (source[0] & Counted) != 0);
    }

    private static DateTimeOffset TimeOf(long ticks) => new(Math.Clamp(ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), TimeSpan.Zero);
}
