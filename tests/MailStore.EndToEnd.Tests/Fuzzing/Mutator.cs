using System.Text;
using MailStore.Dialogues;

namespace MailStore.EndToEnd.Tests.Fuzzing;

/// <summary>Makes sessions that nobody thought of out of dialogues that somebody did. The same seed makes the same session.</summary>
internal sealed class Mutator(IReadOnlyList<Dialogue> dialogues, int seed)
{
    private const int MostMutations = 8;

    /// <summary>In bytes. Most sessions are small, so that there are many of them.</summary>
    private const int LargestSmall = 50_000;

    /// <summary>What parsers of this protocol have stumbled over.</summary>
    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "\r\n.\r\n", "\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\r\n", "\n", "\r", ".", "..", "\0", "\x7F", " ", "\t", "<", ">", "\"", "\\", "@", ":",
            "DATA\r\n", "RSET\r\n", "QUIT\r\n", "LHLO x\r\n", "NOOP\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<alice@example.org>\r\n",
            "BDAT 0\r\n", "BDAT 0 LAST\r\n", "BDAT 5\r\n", "BDAT 100 LAST\r\n", "BDAT 99999999999999999999 LAST\r\n", "BDAT -1\r\n",
            " SIZE=99999999999999999999", " BODY=8BITMIME", " BODY=BINARYMIME", " SMTPUTF8", " NOTIFY=NEVER", " ORCPT=rfc822;x", "STARTTLS", "XFORWARD NAME=x\r\n",
        }.Select(Encoding.ASCII.GetBytes),
        [0xFF], [0x80], [0xC1, 0x81], [0xED, 0xA0, 0x80], [0xE2, 0x80, 0xA8], [0x16, 0x03, 0x01],
    ];

    private readonly Random _random = new(seed);
    private readonly List<Dialogue> _small = [.. dialogues.Where(dialogue => Lines(dialogue).Sum(line => (long)line.Length) < LargestSmall)];

    /// <summary>What is sent: in one write each, after the pause before it.</summary>
    public IReadOnlyList<(byte[] Bytes, int PauseInMilliseconds)> Make()
    {
        var lines = Lines(Pick(_random.Next(30) == 0 ? dialogues : _small)).ToList();
        // sessions have more than one transaction, and most get to a mail
        if (_random.Next(2) == 0)
        {
            // the QUIT at the end of the first would be the end of both
            lines.RemoveAll(line => line.AsSpan().SequenceEqual("QUIT\r\n"u8));
            lines.AddRange(Lines(Pick([.. _small.Where(dialogue => dialogue.Stored.Count > 0)])));
        }

        for (var n = Math.Min(_random.Next(MostMutations), _random.Next(MostMutations)); n > 0 && lines.Count > 0; n--)
            Mutate(lines);
        return Cut([.. lines.SelectMany(x => x)]);
    }

    private static IEnumerable<byte[]> Lines(Dialogue dialogue) => dialogue.Steps.OfType<Step.Send>().Select(step => step.Bytes);

    private T Pick<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];

    private void Mutate(List<byte[]> lines)
    {
        var i = _random.Next(lines.Count);
        switch (_random.Next(13))
        {
            case 0:
                lines.RemoveAt(i);
                break;
            case 1:
                lines.InsertRange(i, Enumerable.Repeat(lines[i], 1 + _random.Next(4)));
                break;
            case 2:
                var j = _random.Next(lines.Count);
                (lines[i], lines[j]) = (lines[j], lines[i]);
                break;
            case 3:
                lines.InsertRange(i, Lines(Pick(_small)).Take(1 + _random.Next(6)));
                break;
            case 4:
                lines.RemoveRange(i, lines.Count - i);
                break;
            case 5:
                lines[i] = Replace(lines[i], _random.Next(1, 20), []);
                break;
            case 6:
                lines[i] = Replace(lines[i], 1, [(byte)_random.Next(256)]);
                break;
            case 7:
                lines[i] = Replace(lines[i], 0, [.. Enumerable.Repeat((byte)_random.Next(256), 1 << _random.Next(1, 17))]);
                break;
            case 8:
                lines[i] = [.. lines[i].Select(b => char.IsAsciiLetter((char)b) && _random.Next(2) == 0 ? (byte)(b ^ 0x20) : b)];
                break;
            case 9:
                lines[i] = [.. lines[i].Select(b => char.IsAsciiDigit((char)b) && _random.Next(2) == 0 ? (byte)('0' + _random.Next(10)) : b)];
                break;
            default:
                lines[i] = Replace(lines[i], _random.Next(3), Pick(Tokens));
                break;
        }
    }

    private byte[] Replace(byte[] line, int length, byte[] by)
    {
        var at = _random.Next(line.Length + 1);
        return [.. line[..at], .. by, .. line[Math.Min(line.Length, at + length)..]];
    }

    /// <summary>Into writes of all sizes: all at once, lines, halves of lines, single bytes.</summary>
    private List<(byte[], int)> Cut(byte[] wire)
    {
        var pieces = new List<(byte[], int)>();
        var most = Pick([int.MaxValue, 100_000, 2000, 100, 100, 10, 3]);
        // a session of many bytes in single ones would take all of the time
        most = Math.Max(most, wire.Length / 500);
        for (var at = 0; at < wire.Length;)
        {
            var length = (int)Math.Min(wire.Length - at, _random.NextInt64(1, most + 1L));
            pieces.Add((wire[at..(at + length)], _random.Next(60) == 0 ? _random.Next(10) : 0));
            at += length;
        }

        return pieces;
    }
}
