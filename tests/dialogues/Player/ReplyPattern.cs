using System.Text.RegularExpressions;

namespace MailStore.Dialogues;

/// <summary>What a reply has to look like: <c>250</c>, <c>250|251 2.1.x /text/</c>.</summary>
internal sealed partial class ReplyPattern
{
    private readonly string[] _codes;
    private readonly string[] _enhanced;
    private readonly Regex? _text;
    private readonly string _source;

    private ReplyPattern(string source, string[] codes, string[] enhanced, Regex? text) => (_source, _codes, _enhanced, _text) = (source, codes, enhanced, text);

    public bool IsStartOfData => _codes is ["354"];

    /// <exception cref="FormatException">It cannot be read.</exception>
    public static ReplyPattern Parse(string text)
    {
        if (Shape().Match(text) is not { Success: true } match)
            throw new FormatException($"not a reply: '{text}'");
        var regex = match.Groups["text"] is { Success: true } group ? new Regex(group.Value, RegexOptions.Multiline, TimeSpan.FromSeconds(5)) : null;
        return new ReplyPattern(text, match.Groups["codes"].Value.Split('|'), match.Groups["enhanced"].Value.Split('|', StringSplitOptions.RemoveEmptyEntries), regex);
    }

    /// <param name="reply">What came.</param>
    /// <param name="inClassOnly">Other servers may choose their codes; only the first digit is compared then.</param>
    public bool Matches(Reply reply, bool inClassOnly)
    {
        if (inClassOnly)
            return _codes.Any(code => code[0] == reply.Class);
        return _codes.Any(code => IsLike(code, reply.Code))
            && (_enhanced.Length == 0 || reply.Lines.All(line => _enhanced.Any(enhanced => IsLike(enhanced, line.Split(' ')[0]))))
            && (_text is null || _text.IsMatch(string.Join('\n', reply.Lines)));
    }

    public override string ToString() => _source;

    /// <summary>An x stands for any one digit.</summary>
    private static bool IsLike(string pattern, string text) =>
        pattern.Length == text.Length && pattern.Zip(text).All(pair => pair.First == pair.Second || (pair.First == 'x' && char.IsAsciiDigit(pair.Second)));

    [GeneratedRegex(@"^(?<codes>[2-5][0-9x]{2}(\|[2-5][0-9x]{2})*)( (?<enhanced>[245x]\.[0-9x]\.[0-9x]+(\|[245x]\.[0-9x]\.[0-9x]+)*))?( /(?<text>.+)/)?$")]
    private static partial Regex Shape();
}
