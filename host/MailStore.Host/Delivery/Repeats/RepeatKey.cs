using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MailStore.Host.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Delivery.Repeats;

/// <summary>
/// What makes a delivery the same as one before: the MTA, its queue id, the recipient as the MTA names him, the user with his allocation, and the content to the byte.
/// All of it hashed to 128 bits, of which a memory of millions does not see two alike.
/// </summary>
/// <remarks>Two halves: methods with a <see cref="UInt128"/> are not compiled ahead, and the way of a mail would be one of them.</remarks>
internal readonly record struct RepeatKey(ulong Low, ulong High)
{
    /// <summary>Of a key as bytes.</summary>
    public const int Size = 2 * sizeof(ulong);

    // names and ids are short
    private const int MostOnStack = 256;

    // one for each thread, since making one costs as much as the hash of a small mail; clean whenever no call is in it
    [ThreadStatic]
    private static IncrementalHash? t_hash;

    /// <summary>Of what all recipients of a mail share: who sent it, by which queue id, and what is in it.</summary>
    public static byte[] HashMail(string client, QueueId queueId, MailContent content)
    {
        var hash = TakeHash();
        Append(hash, client);
        Append(hash, queueId.Mta);
        Append(hash, queueId.Id);
        if (content.TryGetSequence(out var sequence))
        {
            foreach (var piece in sequence)
                hash.AppendData(piece.Span);
        }
        else
        {
            AppendSpooled(hash, content);
        }

        var digest = hash.GetHashAndReset();
        t_hash = hash;
        return digest;
    }

    /// <summary>Of one recipient of it. A user who was removed and added again has another allocation: what the earlier one got does not count.</summary>
    public static RepeatKey Of(byte[] mail, string recipient, UserRecord user)
    {
        var hash = TakeHash();
        hash.AppendData(mail);
        Append(hash, recipient);
        Append(hash, user.Name);
        // who has moved is the same: the reply may have been lost before the move, and the mail come again after it
        Append(hash, user.Settings.GetValueOrDefault(HostKeys.Origin) ?? user.Allocation?.Id ?? "");
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        t_hash = hash;
        return Read(digest);
    }

    public static RepeatKey Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(ulong)..]));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Low);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[sizeof(ulong)..], High);
    }

    /// <summary>Given back by who comes to the end: what an exception leaves is not used again.</summary>
    private static IncrementalHash TakeHash()
    {
        var hash = t_hash ?? IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        t_hash = null;
        return hash;
    }

    private static void Append(IncrementalHash hash, string text)
    {
        // its length first: else "ab" and "c" would be "a" and "bc"
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        hash.AppendData(length);
        Span<byte> bytes = stackalloc byte[MostOnStack];
        if (Encoding.UTF8.TryGetBytes(text, bytes, out var written))
            hash.AppendData(bytes[..written]);
        else
            hash.AppendData(Encoding.UTF8.GetBytes(text));
    }

    private static void AppendSpooled(IncrementalHash hash, MailContent content)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            using var stream = content.OpenRead();
            for (int read; (read = stream.Read(buffer)) > 0;)
                hash.AppendData(buffer, 0, read);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
