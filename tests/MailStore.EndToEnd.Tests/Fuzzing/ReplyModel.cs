using System.Globalization;
using System.Text;
using MailStore.Dialogues;

namespace MailStore.EndToEnd.Tests.Fuzzing;

/// <summary>
/// How many replies are due, told from the bytes that a client sent and the codes that it got: RFC 2033, 4.2 and 4.3; RFC 5321; RFC 3030. Knows
/// nothing of how a server does it. One reply to a command; one for each accepted recipient after the data, or after the last chunk.
/// </summary>
/// <param name="wire">All that the client sent.</param>
/// <param name="endsAtBareLf">Whether the server takes a bare LF for the end of a command.</param>
/// <param name="knowsChunks">Whether the server has BDAT: else what comes behind it are commands.</param>
internal sealed class ReplyModel(byte[] wire, bool endsAtBareLf, bool knowsChunks)
{
    // the server's default for commands, with CR LF
    private const int LongestLine = 4096;

    private readonly List<byte[]> _acknowledged = [];
    private readonly List<byte[]> _chunks = [];
    private int _position;
    private int _recipients;
    private bool _isGreeted;
    private bool _hasSender;
    private bool _hasLostChunk;
    private bool _isIndeterminate;
    private bool _isBinary;

    /// <summary>The mails that the server says to have stored, one for each recipient, with LF; binary ones as they came (RFC 3030, 3).</summary>
    public IReadOnlyList<byte[]> Acknowledged => _acknowledged;

    /// <summary>Takes the replies apart.</summary>
    /// <returns>What is wrong with them, or null.</returns>
    public string? Check(IReadOnlyList<Reply> replies)
    {
        var next = new Queue<Reply>(replies);
        if (!next.TryDequeue(out var greeting))
            return "no greeting";
        if (greeting.Code != "220")
            return greeting.Code == "421" && next.Count == 0 ? null : $"the greeting is {greeting}";
        while (NextLine() is { } line)
        {
            var at = _position;
            // its reply is due when it has come
            if (IsCommand(line, "BDAT") && TryReadChunk(line, out var size, out _) && size > wire.Length - _position)
                break;
            if (!next.TryDequeue(out var reply))
                return string.Create(CultureInfo.InvariantCulture, $"no reply to '{Escapes.Show(line)}', which ends at byte {at}");
            if (reply.Code == "421")
                return next.Count == 0 ? null : $"{next.Count} replies after '{reply}'";
            if (reply.Code == "221")
                return !IsCommand(line, "QUIT") ? $"'{reply}' to '{Escapes.Show(line)}'" : next.Count > 0 ? $"'{next.Peek()}' after '{reply}'" : null;
            // what follows is for TLS; or came too early for it, and ends the session
            if (IsCommand(line, "STARTTLS") && (reply.Code == "220" || (reply.Code == "503" && next.Count == 0)))
                return next.Count > 0 ? $"'{next.Peek()}' after '{reply}'" : null;
            // how long its data are nobody knows then: the server may have had enough
            if (knowsChunks && IsCommand(line, "BDAT") && !TryReadChunk(line, out _, out _) && reply.Class == '5' && next.Count == 0)
                return null;
            if (Take(line, reply, next) is { } problem)
                return string.Create(CultureInfo.InvariantCulture, $"{problem} ('{Escapes.Show(line)}', which ends at byte {at})");
        }

        return next.Count > 0 ? $"'{next.Peek()}' is one reply too many" : null;
    }

    /// <summary>The data up to their end, as CR LF and with stuffed dots; null where there is no end. RFC 5321, 4.1.1.4.</summary>
    private byte[]? NextData()
    {
        var rest = wire.AsSpan(_position);
        // a dot may be the first line
        var end = rest.StartsWith(".\r\n"u8) ? 0 : rest.IndexOf("\r\n.\r\n"u8) is >= 0 and var index ? index + 2 : -1;
        if (end < 0)
        {
            _position = wire.Length;
            return null;
        }

        _position += end + 3;
        return rest[..end].ToArray();
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private static bool IsCommand(byte[] line, string verb) =>
        Text(line).TrimEnd(' ', '\t').Split(' ')[0].Equals(verb, StringComparison.OrdinalIgnoreCase);

    /// <summary>RFC 5321, 4.5.2; line ends as they are stored.</summary>
    private static byte[] Unstuff(byte[] data)
    {
        var text = "\r\n" + Text(data);
        return Encoding.Latin1.GetBytes(text.Replace("\r\n.", "\r\n", StringComparison.Ordinal).Replace("\r\n", "\n", StringComparison.Ordinal)[1..]);
    }

    private byte[]? NextLine()
    {
        var rest = wire.AsSpan(_position);
        var end = endsAtBareLf ? rest.IndexOf((byte)'\n') : rest.IndexOf("\r\n"u8) is >= 0 and var cr ? cr + 1 : -1;
        if (end < 0)
            return null;
        _position += end + 1;
        var line = rest[..end];
        return (line is [.., (byte)'\r'] ? line[..^1] : line).ToArray();
    }

    private string? Take(byte[] line, Reply reply, Queue<Reply> next)
    {
        var isPositive = reply.Class == '2';
        if (reply.Class == '3' && !(IsCommand(line, "DATA") && reply.Code == "354"))
            return $"'{reply}' asks for something";
        if (IsCommand(line, "LHLO") && isPositive)
        {
            _isGreeted = true;
            Reset();
        }
        else if (IsCommand(line, "XCLIENT") && isPositive)
        {
            _isGreeted = false;
            Reset();
        }
        else if (IsCommand(line, "RSET") && isPositive)
        {
            Reset();
        }
        else if (IsCommand(line, "MAIL") && isPositive)
        {
            if (!_isGreeted || _hasSender)
                return $"MAIL was out of order, and got '{reply}'";
            _hasSender = true;
            _isBinary = Text(line).Split(' ').Skip(1).Any(word => word.TrimEnd('\t').Equals("BODY=BINARYMIME", StringComparison.OrdinalIgnoreCase));
        }
        else if (IsCommand(line, "RCPT") && isPositive)
        {
            if (!_hasSender)
                return $"RCPT was out of order, and got '{reply}'";
            _recipients++;
        }
        else if (IsCommand(line, "DATA") && reply.Code == "354")
        {
            return _recipients == 0 || _chunks.Count > 0 ? "DATA was out of order, and got 354"
                : NextData() is { } data ? TakeOutcomes(Unstuff(data), next.TryDequeue(out var first) ? first : null, next)
                : null;
        }
        else if (IsCommand(line, "DATA"))
        {
            // between chunks: "the state resulting from this error is indeterminate" (RFC 3030, 3), so that a server may go on or not
            _isIndeterminate |= _chunks.Count > 0;
        }
        else if (IsCommand(line, "BDAT") && TryReadChunk(line, out var size, out var isLast))
        {
            return TakeChunk(size, isLast, reply, next);
        }

        return null;
    }

    private string? TakeChunk(long size, bool isLast, Reply reply, Queue<Reply> next)
    {
        var chunk = wire.AsSpan(_position, (int)size).ToArray();
        _position += chunk.Length;
        if (_recipients == 0)
            return reply.Class == '2' ? $"BDAT was out of order, and got '{reply}'" : null;
        _hasLostChunk |= reply.Class != '2' && !isLast;
        _chunks.Add(chunk);
        if (!isLast)
            return null;
        byte[] mail = [.. _chunks.SelectMany(x => x)];
        return TakeOutcomes(_isBinary ? mail : Encoding.Latin1.GetBytes(Text(mail).Replace("\r\n", "\n", StringComparison.Ordinal)), reply, next);
    }

    /// <summary>One for each recipient, in their order.</summary>
    private string? TakeOutcomes(byte[] mail, Reply? first, Queue<Reply> next)
    {
        var recipients = _recipients;
        var wasLost = _hasLostChunk;
        var mayBeOver = wasLost || _isIndeterminate;
        Reset();
        for (var i = 0; i < recipients; i++)
        {
            if ((i == 0 ? first : next.TryDequeue(out var other) ? other : null) is not { } reply)
                return $"{recipients} recipients, and {i} replies";
            if (reply.Code == "421")
                return next.Count == 0 ? null : $"{next.Count} replies after '{reply}'";
            // whether a transaction outlives a chunk that was refused is not said in RFC 3030; 503 says that it did not
            if (mayBeOver && reply.Code == "503" && i == 0)
                return null;
            if (reply.Class == '2' && wasLost)
                return $"'{reply}' for a mail of which a chunk was refused";
            if (reply.Class is not ('2' or '4' or '5'))
                return $"'{reply}' after the data";
            if (reply.Class == '2')
                _acknowledged.Add(mail);
        }

        return null;
    }

    private void Reset()
    {
        _hasSender = false;
        _isBinary = false;
        _hasLostChunk = false;
        _isIndeterminate = false;
        _recipients = 0;
        _chunks.Clear();
    }

    /// <summary>
    /// RFC 3030, 2: a number, and perhaps LAST. Anything else has no data. Of 20 digits at most, as in RFC 1870; and of a line that is too long nothing is read but that
    /// (RFC 5321, 4.5.3.1.4).
    /// </summary>
    private bool TryReadChunk(byte[] line, out long size, out bool isLast)
    {
        var words = Text(line).TrimEnd(' ', '\t').Split(' ', StringSplitOptions.RemoveEmptyEntries);
        isLast = words.Length == 3 && words[2].Equals("LAST", StringComparison.OrdinalIgnoreCase);
        size = 0;
        if (!knowsChunks || line.Length >= LongestLine || !(words.Length == 2 || isLast) || words[1].Length > 20 || !words[1].All(char.IsAsciiDigit))
            return false;
        if (!long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out size))
            size = long.MaxValue;
        return true;
    }
}
