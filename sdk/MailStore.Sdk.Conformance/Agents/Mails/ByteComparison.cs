using System.Globalization;
using System.Text;

namespace MailStore.Sdk.Conformance;

/// <summary>Compares what was read back with what was delivered.</summary>
internal static class ByteComparison
{
    private const int Shown = 24;

    /// <returns>Where they differ, in words; null if they do not.</returns>
    public static async Task<string?> FindDifferenceAsync(Letter letter, Stream actual, CancellationToken cancellationToken)
    {
        using var content = new PatternStream(letter.Pattern, letter.Length);
        var header = letter.Header;
        var wanted = new byte[64 * 1024];
        var found = new byte[wanted.Length];
        for (var at = 0L; at < letter.Size;)
        {
            var length = at < header.Length ? Take(header, (int)at, wanted) : content.Read(wanted);
            var count = await actual.ReadAtLeastAsync(found.AsMemory(0, length), length, throwOnEndOfStream: false, cancellationToken);
            var same = wanted.AsSpan(0, length).CommonPrefixLength(found.AsSpan(0, count));
            if (same < count)
                return Describe(at + same, wanted.AsSpan(0, length), found.AsSpan(0, count), same);
            if (count < length)
                return string.Create(CultureInfo.InvariantCulture, $"it ends after {at + count} of {letter.Size} bytes, before {Quote(wanted.AsSpan(count, length - count))}");
            at += length;
        }

        var rest = await actual.ReadAtLeastAsync(found, found.Length, throwOnEndOfStream: false, cancellationToken);
        return rest == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"it goes on after its {letter.Size} bytes, with {Quote(found.AsSpan(0, rest))}");
    }

    /// <summary>Bytes for a message: printable ASCII as it is.</summary>
    public static string Quote(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder("\"");
        foreach (var b in bytes[..Math.Min(Shown, bytes.Length)])
        {
            _ = b switch
            {
                (byte)'\n' => text.Append("\\n"),
                (byte)'\r' => text.Append("\\r"),
                >= (byte)' ' and <= (byte)'~' => text.Append((char)b),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}"),
            };
        }

        return text.Append(bytes.Length > Shown ? "\"…" : "\"").ToString();
    }

    private static int Take(byte[] header, int at, byte[] target)
    {
        var length = Math.Min(header.Length - at, target.Length);
        header.AsSpan(at, length).CopyTo(target);
        return length;
    }

    private static string Describe(long at, ReadOnlySpan<byte> wanted, ReadOnlySpan<byte> found, int same) => string.Create(
        CultureInfo.InvariantCulture, $"from byte {at} on it is {Quote(found[same..])} where {Quote(wanted[same..])} was delivered");
}
