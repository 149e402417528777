using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MailStore.Sdk;

/// <summary>
/// A number of bytes as administrators write it: <c>512</c>, <c>50M</c>, <c>1G</c>, <c>1.5G</c>. Units are powers of 1024: K, M, G, T; a trailing
/// <c>B</c> or <c>iB</c> and letter case do not matter. Range: 0 to <see cref="long.MaxValue"/>.
/// </summary>
/// <param name="Bytes">The number of bytes; never negative when it was parsed.</param>
public readonly record struct ByteSize(long Bytes) : IParsable<ByteSize>, IComparable<ByteSize>
{
    private const string Units = "KMGT";

    /// <summary>Parses a size.</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">Ignored: a configuration reads the same everywhere.</param>
    /// <exception cref="FormatException">The text is not a size.</exception>
    public static ByteSize Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var size) ? size : throw new FormatException($"'{s}' is not a size; write it as 512, 50M or 1G");

    /// <summary>Parses a size without throwing.</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">Ignored.</param>
    /// <param name="result">The size.</param>
    /// <returns>Whether the text is a size.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ByteSize result)
    {
        result = default;
        var text = (s ?? "").AsSpan().Trim();
        if (text.EndsWith("iB", StringComparison.OrdinalIgnoreCase))
            text = text[..^2].TrimEnd();
        else if (text.EndsWith("B", StringComparison.OrdinalIgnoreCase))
            text = text[..^1].TrimEnd();

        var factor = 1L;
        if (text.Length > 0 && Units.IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal) is >= 0 and var unit)
        {
            factor = 1L << (10 * (unit + 1));
            text = text[..^1].TrimEnd();
        }

        const NumberStyles style = NumberStyles.AllowDecimalPoint;
        if (!decimal.TryParse(text, style, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue / factor)
            return false;
        result = new ByteSize((long)(number * factor));
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(ByteSize other) => Bytes.CompareTo(other.Bytes);

    /// <summary>Whether <paramref name="left"/> is smaller.</summary>
    public static bool operator <(ByteSize left, ByteSize right) => left.Bytes < right.Bytes;

    /// <summary>Whether <paramref name="left"/> is greater.</summary>
    public static bool operator >(ByteSize left, ByteSize right) => left.Bytes > right.Bytes;

    /// <summary>Whether <paramref name="left"/> is smaller or equal.</summary>
    public static bool operator <=(ByteSize left, ByteSize right) => left.Bytes <= right.Bytes;

    /// <summary>Whether <paramref name="left"/> is greater or equal.</summary>
    public static bool operator >=(ByteSize left, ByteSize right) => left.Bytes >= right.Bytes;

    /// <summary>The shortest text that <see cref="Parse"/> reads back as the same size: <c>1G</c>, <c>1536M</c>, <c>1000</c>.</summary>
    public override string ToString()
    {
        for (var unit = Units.Length; unit > 0; unit--)
        {
            var factor = 1L << (10 * unit);
            if (Bytes != 0 && Bytes % factor == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{Bytes / factor}{Units[unit - 1]}");
        }

        return Bytes.ToString(CultureInfo.InvariantCulture);
    }
}
