using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MailStore.Sdk;

namespace MailStore.S3.Keys;

/// <summary>Where users get their places: <c>mail/{domain}/{local}</c>. Immutable.</summary>
internal sealed partial class PrefixTemplate
{
    private const int MaxLength = 200;
    private const int MaxHashDigits = 16;

    private readonly IReadOnlyList<string> _segments;

    private PrefixTemplate(string text, IReadOnlyList<string> segments)
    {
        _segments = segments;
        Text = text;
        NamesUser = text.Contains("{user}", StringComparison.Ordinal) || (text.Contains("{local}", StringComparison.Ordinal) && text.Contains("{domain}", StringComparison.Ordinal));
        Root = string.Concat(segments.TakeWhile(segment => !segment.Contains('{')).Select(segment => segment + "/"));
    }

    public string Text { get; }

    /// <summary>Whether no two users get the same place.</summary>
    public bool NamesUser { get; }

    /// <summary>What stands before the first placeholder: empty, or segments that end in a slash.</summary>
    public string Root { get; }

    /// <summary>How many segments there are between <see cref="Root"/> and the version of a record, which is the last one of a place.</summary>
    public int Depth => _segments.SkipWhile(segment => !segment.Contains('{')).Count();

    /// <exception cref="ModuleConfigurationException">It has a mistake.</exception>
    public static PrefixTemplate Parse(string text)
    {
        if (text.Length is 0 or > MaxLength)
            throw Mistake(text, $"it must have 1 to {MaxLength} characters");
        var segments = text.Split('/');
        foreach (var segment in segments)
        {
            if (segment.Length == 0)
                throw Mistake(text, "it begins or ends with '/', or has '//'; write it as 'mail/{domain}/{local}'");
            var rest = Placeholders().Replace(segment, "");
            if (rest.Contains('{') || rest.Contains('}'))
                throw Mistake(text, $"'{segment}' has a brace that begins or ends no placeholder; there are {{user}} {{local}} {{domain}} {{hash:N}}, with N from 1 to {MaxHashDigits}");
            if (rest.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.' or '@')) || segment[0] == '.')
                throw Mistake(text, $"'{segment}' may have ASCII letters, digits and '.', '_', '-', '@' beside placeholders, and no '.' at its begin");
            if (Placeholders().Matches(segment).Count(match => !match.Value.StartsWith("{hash", StringComparison.Ordinal)) > 1 && !Separated().IsMatch(segment))
                throw Mistake(text, $"in '{segment}' two users could get the same place; put '/' between the placeholders, or write {{user}}");
        }

        return new PrefixTemplate(text, segments);
    }

    /// <summary>
    /// The place of one life of a user: a name and a version of its record mean one for ever, so nobody who is added again gets the mail of
    /// the one before. The same for all attempts to allocate him, on whatever host.
    /// </summary>
    /// <returns>Segments that end in a slash.</returns>
    public string Expand(EffectiveUser user)
    {
        var key = new StringBuilder();
        foreach (var segment in _segments)
        {
            key.Append(Placeholders().Replace(segment, match => match.Value switch
            {
                "{user}" => KeyEscape.User(user.Name),
                "{local}" => KeyEscape.Segment(user.LocalPart),
                "{domain}" => user.Name.Contains('@') ? KeyEscape.Segment(user.Domain) : KeyEscape.None,
                var hash => KeyEscape.Hash(user.Name, int.Parse(hash.AsSpan(6, hash.Length - 7), NumberStyles.None, CultureInfo.InvariantCulture)),
            })).Append('/');
        }

        key.Append(CultureInfo.InvariantCulture, $"{user.Version}");
        if (!NamesUser)
            key.Append('-').Append(KeyEscape.Hash(user.Name, 16));
        return key.Append('/').ToString();
    }

    private static ModuleConfigurationException Mistake(string text, string reason) => new($"the prefix '{text}' cannot be used: {reason}");

    [GeneratedRegex(@"\{(user|local|domain|hash:([1-9]|1[0-6]))\}")]
    private static partial Regex Placeholders();

    // {local}@{domain}: an '@' never comes out of an escaped part
    [GeneratedRegex(@"^[^{}]*\{(local|domain)\}[^{}]*@[^{}]*\{(local|domain)\}[^{}]*$")]
    private static partial Regex Separated();
}
