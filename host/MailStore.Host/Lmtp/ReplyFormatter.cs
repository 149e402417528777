using System.Buffers;
using System.Text;
using MailStore.Host.Delivery;

namespace MailStore.Host.Lmtp;

/// <summary>A <see cref="Reply"/> as a line on the wire: RFC 5321, 4.2 (Reply-line) and 4.5.3.1.5 (at most 512 octets).</summary>
internal static class ReplyFormatter
{
    private const int MaxLine = 512;
    private const int MaxEnhanced = 16;
    private const int MaxText = MaxLine - 3 - 1 - MaxEnhanced - 1 - 2;

    public static void Write(IBufferWriter<byte> output, in Reply reply)
    {
        var line = output.GetSpan(MaxLine);
        var length = 3;
        reply.Code.TryFormat(line, out _, "D3", null);
        length += Put(line[length..], reply.Enhanced, MaxEnhanced);
        length += Put(line[length..], reply.Text, MaxText);
        "\r\n"u8.CopyTo(line[length..]);
        output.Advance(length + 2);
    }

    /// <summary>A space and the text. It comes from modules too: whatever could end the line or is not ASCII becomes a question mark.</summary>
    private static int Put(Span<byte> line, string text, int limit)
    {
        if (text.Length == 0)
            return 0;
        line[0] = (byte)' ';
        var written = line.Slice(1, Encoding.ASCII.GetBytes(text.AsSpan(0, Math.Min(text.Length, limit)), line[1..]));
        while (written.IndexOfAnyExceptInRange((byte)' ', (byte)'~') is >= 0 and var index)
            written[index] = (byte)'?';
        return written.Length + 1;
    }
}
