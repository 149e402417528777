using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MailStore.Host.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Admin.Moving;

/// <summary>What mails are compared by: 128 bits of SHA-256, of which no mailbox holds two alike by chance.</summary>
internal static class MailHash
{
    private const int Piece = 32 * 1024;

    public static UInt128 OfId(string id) => Of(Encoding.UTF8.GetBytes(id));

    /// <summary>Of a mail in a folder: the same mail in two folders is two.</summary>
    public static UInt128 Within(string? folder, UInt128 content)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, content);
        return Of([.. bytes, .. Encoding.UTF8.GetBytes(folder ?? "")]);
    }

    /// <summary>Of what a list tells of a mail, but for its flags.</summary>
    public static UInt128 OfListed(string? folder, long size, DateTimeOffset? arrival)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, size);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], arrival?.ToUnixTimeSeconds() ?? 0);
        return Of([.. bytes, .. Encoding.UTF8.GetBytes(folder ?? "")]);
    }

    /// <summary>Reads a mail to its end.</summary>
    public static async Task<UInt128> OfAsync(Stream mail, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            while (await mail.ReadAsync(buffer, cancellationToken) is > 0 and var count)
                hash.AppendData(buffer, 0, count);
            return Of(hash);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads a mail to its end, into a buffer.</summary>
    public static async Task<UInt128> CopyAsync(Stream mail, MailBuffer target, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        while (true)
        {
            var memory = target.GetMemory();
            var count = await mail.ReadAsync(memory, cancellationToken);
            if (count == 0)
                return Of(hash);
            hash.AppendData(memory.Span[..count]);
            target.Advance(count);
            await target.FlushAsync(cancellationToken);
        }
    }

    private static UInt128 Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }

    private static UInt128 Of(IncrementalHash hash)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }
}
