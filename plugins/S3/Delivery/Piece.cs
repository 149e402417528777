using System.Buffers;
using System.Security.Cryptography;
using Amazon.S3;

namespace MailStore.S3.Delivery;

/// <summary>
/// A mail or a part of one in memory: so that a request can be tried again, its checksum is known before it begins, and a mail that cannot be
/// read to its end never begins one. Not thread-safe.
/// </summary>
internal sealed class Piece(int capacity) : IDisposable
{
    private readonly byte[] _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, 1));
    private byte[] _md5 = [];

    public int Length { get; private set; }

    /// <summary>For the header Content-MD5: the server refuses the piece if anything happened to it on the way.</summary>
    public string Md5 => Convert.ToBase64String(_md5);

    /// <summary>Reads the next piece of a stream.</summary>
    /// <exception cref="EndOfStreamException">There is less.</exception>
    public async Task FillAsync(Stream stream, int length, CancellationToken cancellationToken)
    {
        await stream.ReadExactlyAsync(_bytes.AsMemory(0, length), cancellationToken);
        Length = length;
#pragma warning disable CA5351 // S3's checksum against faults on the way, not against enemies; the signature has SHA-256
        _md5 = MD5.HashData(_bytes.AsSpan(0, length));
#pragma warning restore CA5351
    }

    /// <summary>A stream for one attempt.</summary>
    public MemoryStream ToStream() => new(_bytes, 0, Length, writable: false);

    /// <summary>Whether the server has what was sent, as far as its ETag tells: it is the MD5 of the content unless a key of a key management service encrypts it.</summary>
    /// <param name="tag">The ETag.</param>
    /// <param name="encryption">As the answer says, whoever asked for it: this module or the bucket's setting.</param>
    public bool IsTag(string? tag, ServerSideEncryptionMethod? encryption) =>
        !(string.IsNullOrEmpty(encryption?.Value) || encryption == ServerSideEncryptionMethod.AES256)
        || tag?.Trim('"') is not { Length: 32 } hex
        || !hex.All(char.IsAsciiHexDigit)
        || hex.Equals(Convert.ToHexStringLower(_md5), StringComparison.OrdinalIgnoreCase);

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);
}
