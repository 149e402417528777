using System.Globalization;
using System.Text;
using MailStore.Sdk;

namespace MailStore.Host.Commands;

/// <summary>
/// Writes one mail to an mboxrd file as it comes, whatever its size: a line <c>From sender date</c> in front; a line that is <c>From </c> behind any number of
/// <c>&gt;</c> gets one more, which readers can undo; an empty line ends it. Flags become the headers by which mbox keeps them; headers of these names that came with the mail
/// would be taken for such, and are left out.
/// </summary>
internal sealed class MboxMailStream(Stream target, DateTimeOffset arrival, MailFlags flags) : WriteOnlyStream
{
    /// <summary>The sender of the envelope stands in the first line, which MailStore adds.</summary>
    private const int MaxFirstLine = 1024;

    /// <summary>No name of a header that is looked for, and not 'From ', is as long.</summary>
    private const int MaxBeginning = 20;

    private static readonly string[] Mboxs = ["Status", "X-Status", "X-Keywords", "X-UID", "X-IMAP", "X-IMAPbase", "Content-Length"];

    private static ReadOnlySpan<byte> From => "From "u8;

    // the beginning of a line, until it is enough to know what to do with it
    private readonly byte[] _beginning = new byte[MaxFirstLine];
    private int _length;
    private bool _isFirstLine = true;
    private bool _isHeader = true;
    private bool _isQuoted;
    private bool _isInLine;
    private bool _isLeftOut;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var end = buffer.Span.IndexOf((byte)'\n') + 1;
            var line = end == 0 ? buffer : buffer[..end];
            if (!_isInLine)
            {
                line = line[..Math.Min(line.Length, (_isFirstLine ? MaxFirstLine : MaxBeginning) - _length)];
                line.CopyTo(_beginning.AsMemory(_length));
                _length += line.Length;
                if (line.Span[^1] == '\n' || _length == (_isFirstLine ? MaxFirstLine : MaxBeginning))
                    await BeginLineAsync(isWhole: false, cancellationToken);
            }
            else if (!_isLeftOut)
            {
                await target.WriteAsync(line, cancellationToken);
            }

            if (line.Span[^1] == '\n')
                _isInLine = false;
            buffer = buffer[line.Length..];
        }
    }

    /// <summary>Ends the mail.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        var isUnended = _isInLine || _length > 0;
        if (_length > 0 || _isFirstLine)
            await BeginLineAsync(isWhole: true, cancellationToken);
        if (isUnended && !_isLeftOut)
            await target.WriteAsync("\n"u8.ToArray(), cancellationToken);
        if (_isHeader)
            await WriteFlagsAsync(cancellationToken);
        await target.WriteAsync("\n"u8.ToArray(), cancellationToken);
    }

    /// <param name="isWhole">Whether nothing more will come.</param>
    private async Task BeginLineAsync(bool isWhole, CancellationToken cancellationToken)
    {
        var beginning = _beginning.AsMemory(0, _length);
        if (_isFirstLine)
        {
            var from = string.Create(CultureInfo.InvariantCulture, $"From {SenderOf(beginning.Span)} {arrival.UtcDateTime:ddd MMM} {arrival.UtcDateTime.Day,2} {arrival.UtcDateTime:HH:mm:ss yyyy}\n");
            await target.WriteAsync(Encoding.UTF8.GetBytes(from), cancellationToken);
            _isFirstLine = false;
        }

        // a '>' more may stand anywhere among the others: these need not be kept, however many there are
        var word = beginning.TrimStart((byte)'>');
        await target.WriteAsync(beginning[..^word.Length], cancellationToken);
        _isQuoted |= word.Length < beginning.Length;
        if (!isWhole && word.Length < From.Length && From.StartsWith(word.Span))
        {
            word.CopyTo(_beginning);
            _length = word.Length;
            return;
        }

        if (_isHeader && !_isQuoted && beginning.Span is [(byte)'\n'] or [(byte)'\r', (byte)'\n'])
        {
            await WriteFlagsAsync(cancellationToken);
            _isHeader = false;
        }

        // the lines that a header is folded into share its fate
        _isLeftOut = _isHeader && !_isQuoted && (beginning.Span is [(byte)' ' or (byte)'\t', ..] ? _isLeftOut : IsMboxs(beginning.Span));
        if (word.Span.StartsWith(From))
            await target.WriteAsync(">"u8.ToArray(), cancellationToken);
        if (!_isLeftOut)
            await target.WriteAsync(word, cancellationToken);
        (_length, _isInLine, _isQuoted) = (0, true, false);
    }

    private async Task WriteFlagsAsync(CancellationToken cancellationToken)
    {
        var letters = string.Concat(
            flags.HasFlag(MailFlags.Answered) ? "A" : "", flags.HasFlag(MailFlags.Flagged) ? "F" : "",
            flags.HasFlag(MailFlags.Draft) ? "T" : "", flags.HasFlag(MailFlags.Deleted) ? "D" : "");
        var headers = (flags.HasFlag(MailFlags.Seen) ? "Status: RO\n" : "") + (letters.Length > 0 ? $"X-Status: {letters}\n" : "");
        await target.WriteAsync(Encoding.ASCII.GetBytes(headers), cancellationToken);
    }

    private static bool IsMboxs(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        var name = colon < 0 ? "" : Encoding.Latin1.GetString(line[..colon]).TrimEnd(' ', '\t');
        return Mboxs.Contains(name, StringComparer.OrdinalIgnoreCase);
    }

    private static string SenderOf(ReadOnlySpan<byte> beginning)
    {
        var end = beginning.IndexOf((byte)'\n');
        var first = Encoding.UTF8.GetString(end < 0 ? beginning : beginning[..end]);
        var sender = first.StartsWith("Return-Path: <", StringComparison.Ordinal) ? first["Return-Path: <".Length..].TrimEnd('\r').TrimEnd('>') : "";
        return sender.Length == 0 || sender.Any(char.IsWhiteSpace) ? "MAILER-DAEMON" : sender;
    }
}
