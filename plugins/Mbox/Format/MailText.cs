namespace MailStore.Mbox.Format;

/// <summary>
/// Goes through a mail line by line, as it comes in pieces: adds or takes the <c>&gt;</c> of mboxrd before lines of <c>&gt;*From </c>, and likewise <c>X-MailStore-</c> before the names of
/// header fields (RFC 5322, 2.2) in which programs that keep mail in mbox files write what they know of it. Of those that such a program wrote, nothing is read back. Holds no more than the head of a line.
/// </summary>
/// <param name="isQuoting">Whether to quote; else quotes are taken away, and what stands there without is left out.</param>
/// <param name="stored">Gets the mail as it stands in the file; null for nobody.</param>
/// <param name="read">Gets the mail as it is read back; null for nobody.</param>
/// <param name="fields">Gets what is left out; null for nobody.</param>
internal sealed class MailText(bool isQuoting, IByteSink? stored, IByteSink? read, IByteSink? fields = null)
{
    private const byte LineFeed = (byte)'\n';
    private const byte Quote = (byte)'>';

    // longer than any name in OwnFields, with white space before its colon
    private const int MaxHead = 24;

    private static readonly byte[] From = "From "u8.ToArray();
    private static readonly byte[] Prefix = "X-MailStore-"u8.ToArray();

    private static readonly byte[][] OwnFields =
        ["status"u8.ToArray(), "x-status"u8.ToArray(), "x-keywords"u8.ToArray(), "x-uid"u8.ToArray(), "x-imap"u8.ToArray(), "x-imapbase"u8.ToArray(), "content-length"u8.ToArray()];

    private readonly byte[] _head = new byte[MaxHead];
    private int _headLength;
    private State _state = State.LineStart;
    private bool _isHeader = true;
    private bool _isLeftOut;
    private bool _isBehindLength;
    private bool _hasQuote;
    private bool _hasPrefix;
    private bool _hasFolds;

    private enum State
    {
        LineStart,
        Quotes,
        Head,
        Rest,
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = _state == State.Rest ? TakeRest(bytes) : TakeByte(bytes[0]);
            bytes = bytes[count..];
        }
    }

    /// <summary>Gives out what waits for the end of its line.</summary>
    public void Complete()
    {
        if (_state is State.Head or State.Quotes)
            EndHead();
    }

    // to the start of the next line that may need a look, in one go
    private int TakeRest(ReadOnlySpan<byte> bytes)
    {
        var end = 0;
        while (true)
        {
            var next = bytes[end..].IndexOf(LineFeed);
            if (next < 0)
            {
                end = bytes.Length;
                break;
            }

            end += next + 1;
            if (_isHeader || end == bytes.Length || bytes[end] is Quote or (byte)'F')
            {
                _state = State.LineStart;
                break;
            }
        }

        Emit(bytes[..end]);
        return end;
    }

    private int TakeByte(byte b)
    {
        switch (_state)
        {
            case State.LineStart when b == Quote:
                _isLeftOut = false;
                _hasQuote = true;
                _headLength = 0;
                _state = State.Quotes;
                return 1; // held back: it may be the one to take away
            case State.LineStart:
                _hasQuote = false;
                _hasPrefix = false;
                _headLength = 0;
                _state = State.Head;
                return 0;
            case State.Quotes when b == Quote:
                Emit([Quote]);
                return 1;
            case State.Quotes:
                _headLength = 0;
                _state = State.Head;
                return 0;
        }

        _head[_headLength++] = b;
        var head = _head.AsSpan(0, _headLength);
        if (!_hasPrefix && From.AsSpan().StartsWith(head))
        {
            if (_headLength == From.Length)
                EndFrom();
        }
        else if (!_isHeader || _hasQuote)
        {
            EndHead();
        }
        else if (head.SequenceEqual(Prefix))
        {
            TakePrefix();
        }
        else if (b is LineFeed or (byte)':' || _headLength == MaxHead || (_headLength == 1 && b is (byte)' ' or (byte)'\t'))
        {
            EndField(head);
        }

        return 1;
    }

    private void EndFrom()
    {
        _isLeftOut = false;
        if (_hasQuote && isQuoting)
            Emit([Quote]);
        if (isQuoting)
            stored?.Write([Quote]);
        Emit(_head.AsSpan(0, _headLength));
        _state = State.Rest;
    }

    // held back, as it may be the one to take away; of more of them it does not matter which
    private void TakePrefix()
    {
        _isLeftOut = false;
        if (_hasPrefix)
            Emit(Prefix);
        _hasPrefix = true;
        _headLength = 0;
    }

    private void EndField(Span<byte> head)
    {
        if (!_hasPrefix && (head is [LineFeed] or [(byte)'\r', LineFeed]))
        {
            _isHeader = false;
            _isLeftOut = false;
        }
        else if (!_hasPrefix && (head[0] is (byte)' ' or (byte)'\t'))
        {
            // a flag is one line: what follows is the mail's, whose first line may begin so
            _isLeftOut &= _hasFolds;
        }
        else
        {
            BeginField(NameOf(head));
        }

        EndHead();
    }

    private void BeginField(ReadOnlySpan<byte> name)
    {
        // mutt leaves out the 'Lines' that a mail has, and writes its own behind its 'Content-Length'
        var isLines = name.SequenceEqual("lines"u8);
        var isKept = isLines || IsOwn(name);
        if (isQuoting && isKept)
            stored?.Write(Prefix);
        var isQuoted = _hasPrefix;
        _hasPrefix &= isQuoting || !isKept;
        _isLeftOut = !isQuoting && !isQuoted && (isLines ? _isBehindLength : isKept);
        _hasFolds = !name.EndsWith("status"u8);
        _isBehindLength = !isQuoted && name.SequenceEqual("content-length"u8);
    }

    private void EndHead()
    {
        if (_hasQuote)
            Emit([Quote]);
        if (_hasPrefix)
            Emit(Prefix);
        _hasQuote = false;
        _hasPrefix = false;
        var head = _head.AsSpan(0, _headLength);
        _headLength = 0;
        _state = head is [.., LineFeed] ? State.LineStart : State.Rest;
        Emit(head);
    }

    private void Emit(ReadOnlySpan<byte> bytes)
    {
        if (_isLeftOut)
        {
            fields?.Write(bytes);
            return;
        }

        stored?.Write(bytes);
        read?.Write(bytes);
    }

    // in lower case; empty if the line is no field
    private static ReadOnlySpan<byte> NameOf(Span<byte> head)
    {
        if (head[^1] != (byte)':')
            return [];
        var name = head[..^1].TrimEnd(" \t"u8).ToArray();
        foreach (ref var b in name.AsSpan())
            b |= b is >= (byte)'A' and <= (byte)'Z' ? (byte)0x20 : (byte)0;
        return name;
    }

    private static bool IsOwn(ReadOnlySpan<byte> name)
    {
        foreach (var own in OwnFields)
        {
            if (name.SequenceEqual(own))
                return true;
        }

        return false;
    }
}
