using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace MailStore.Host.Configuration;

/// <summary>Decodes a file that has to be UTF-8 (TOML v1.0.0, "Spec"), and says where it is not.</summary>
internal static class Utf8Text
{
    /// <summary>Puts a plain character for what is no UTF-8: the usual U+FFFD would be told as a second mistake.</summary>
    private static readonly Encoding Lenient = Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("?"));

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <returns>The text; bytes that are no UTF-8 are replaced.</returns>
    public static string Decode(ReadOnlySpan<byte> bytes, string file, ICollection<Mistake> mistakes)
    {
        if (bytes.StartsWith(ByteOrderMark))
            bytes = bytes[ByteOrderMark.Length..];
        if (!Utf8.IsValid(bytes))
            mistakes.Add(FirstMistake(bytes, file));
        return Lenient.GetString(bytes);
    }

    private static Mistake FirstMistake(ReadOnlySpan<byte> bytes, string file)
    {
        var line = 1;
        var column = 1;
        var rest = bytes;
        while (Rune.DecodeFromUtf8(rest, out var rune, out var length) == OperationStatus.Done)
        {
            column++;
            if (rune.Value == '\n')
                (line, column) = (line + 1, 1);
            rest = rest[length..];
        }

        return new Mistake(file, line, column, $"the byte 0x{rest[0]:X2} is not UTF-8; save the file in UTF-8");
    }
}
