using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using MailStore.Sdk;

namespace MailStore.Host.Commands.Importing;

/// <summary>A mail of an mbox file, put together line by line.</summary>
internal sealed class MboxMail
{
    // what programs keep in the file about a mail, and is no part of it
    private static readonly string[] Own = ["status", "x-status", "x-keywords", "x-uid", "x-imap", "x-imapbase", "content-length"];

    private readonly ArrayBufferWriter<byte> _content = new();
    private readonly List<int> _quotes = [];
    private string _name = "";
    private bool _isBody;
    private bool _isLeftOut;
    private int _emptyLine;
    private int _header;
    private long? _length;

    public MailFlags Flags { get; private set; }

    /// <summary>Whether it is none: some programs keep their notes in a first mail.</summary>
    public bool IsInternal { get; private set; }

    /// <param name="line">With its end.</param>
    public void Add(ReadOnlySpan<byte> line)
    {
        var text = line.TrimEnd("\r\n"u8);
        if (!_isBody && IsOwnField(text))
            return;
        if (_isBody && IsQuoted(text))
            _quotes.Add(_content.WrittenCount);
        _content.Write(line);
        if (!_isBody && text.IsEmpty)
            (_isBody, _header) = (true, _content.WrittenCount);
        // the one before the next mail belongs to the file
        _emptyLine = text.IsEmpty ? line.Length : 0;
    }

    public Stream Open()
    {
        var content = _content.WrittenMemory[..(_content.WrittenCount - _emptyLine)];
        // who counts the bytes of the text needs no quotes: what looks like one in it is the mail's own (mutt)
        if (_quotes.Count == 0 || _length == content.Length - _header)
            return MemoryMarshal.TryGetArray(content, out var array) ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false) : new MemoryStream(content.ToArray());
        var unquoted = new MemoryStream(content.Length);
        var from = 0;
        foreach (var quote in _quotes)
        {
            unquoted.Write(content.Span[from..quote]);
            from = quote + 1;
        }

        unquoted.Write(content.Span[from..]);
        unquoted.Position = 0;
        return unquoted;
    }

    private bool IsOwnField(ReadOnlySpan<byte> line)
    {
        if (line is [(byte)' ' or (byte)'\t', ..])
            return _isLeftOut;
        var colon = line.IndexOf((byte)':');
        var name = colon > 0 && colon < 20 ? Encoding.ASCII.GetString(line[..colon]).TrimEnd().ToLowerInvariant() : "";
        // mutt counts the lines behind the bytes; a field of this name elsewhere is the mail's own
        _isLeftOut = Own.Contains(name) || (name == "lines" && _name == "content-length");
        _name = name;
        if (_isLeftOut)
            Note(name, Encoding.ASCII.GetString(line[(colon + 1)..]));
        return _isLeftOut;
    }

    private void Note(string name, string value)
    {
        IsInternal |= name == "x-imap";
        if (name == "content-length" && long.TryParse(value, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var length))
            _length = length;
        if (name is not ("status" or "x-status"))
            return;
        foreach (var letter in value)
        {
            Flags |= (name, letter) switch
            {
                ("status", 'R') => MailFlags.Seen,
                ("x-status", 'A') => MailFlags.Answered,
                ("x-status", 'F') => MailFlags.Flagged,
                ("x-status", 'D') => MailFlags.Deleted,
                ("x-status", 'T') => MailFlags.Draft,
                _ => MailFlags.None,
            };
        }
    }

    /// <summary><c>&gt;*From </c> with a <c>&gt;</c> more than it had.</summary>
    private static bool IsQuoted(ReadOnlySpan<byte> line)
    {
        var text = line.TrimStart((byte)'>');
        return text.Length < line.Length && text.StartsWith("From "u8);
    }
}
