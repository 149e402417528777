namespace MailStore.Host.Lmtp;

/// <summary>Takes <c>KEY=value</c> and <c>KEY</c> off a list with spaces between: RFC 5321, 4.1.2 (esmtp-param). Too many spaces are wrong, common, and harmless.</summary>
internal ref struct ParameterReader(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    public ReadOnlySpan<byte> Keyword { get; private set; }

    /// <summary>Empty also where there is none: see <see cref="HasValue"/>.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool HasValue { get; private set; }

    public bool TryRead()
    {
        _rest = _rest.TrimStart((byte)' ');
        if (_rest.IsEmpty)
            return false;
        var space = _rest.IndexOf((byte)' ');
        var word = space < 0 ? _rest : _rest[..space];
        _rest = _rest[word.Length..];
        var equals = word.IndexOf((byte)'=');
        HasValue = equals >= 0;
        Keyword = HasValue ? word[..equals] : word;
        Value = HasValue ? word[(equals + 1)..] : default;
        return true;
    }
}
