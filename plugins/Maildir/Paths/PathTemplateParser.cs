using System.Globalization;
using System.Text;
using MailStore.Sdk;

namespace MailStore.Maildir.Paths;

/// <summary>Reads the text of a path template into segments of parts; each mistake has a message of its own.</summary>
internal sealed class PathTemplateParser(string text)
{
    private const string DetailFolder = ".{detail}";
    private const int MaxSegment = 255 - 55;
    private const int MaxHashDigits = 16;

    public static ModuleConfigurationException Mistake(string text, string reason) => new($"the path '{text}' cannot be used: {reason}");

    /// <summary>Reads all segments; <c>/.{detail}</c> at the end is told apart.</summary>
    public List<IReadOnlyList<PathPart>> Parse(out bool hasDetailFolder)
    {
        if (text.Any(char.IsControl))
            throw Mistake("it holds a control character; remove it");
        var names = text.Split('/', StringSplitOptions.RemoveEmptyEntries).ToList();
        hasDetailFolder = names.Count > 1 && names[^1] == DetailFolder;
        if (hasDetailFolder)
            names.RemoveAt(names.Count - 1);
        if (names.Count == 0)
            throw Mistake("it is empty; write for example 'mail/{domain}/{local}'");

        var segments = names.ConvertAll(ParseSegment);
        var isTemplate = segments.Any(segment => segment.Any(part => part.Kind != Placeholder.Text));
        foreach (var name in names)
            CheckName(name, isTemplate);
        return segments;
    }

    private void CheckName(string name, bool isTemplate)
    {
        if (name is "." or "..")
            throw Mistake("a segment is '.' or '..'; write the path without");
        if (name[0] == '~' || (isTemplate && name.Contains('~')))
            throw Mistake("'~' is not expanded, and is kept for places of users who were added again ('alice~3'); write the whole path");
        if (Encoding.UTF8.GetByteCount(name) > MaxSegment)
            throw Mistake($"a segment is longer than {MaxSegment} bytes; shorten it");
        if (isTemplate && name.Contains('%'))
            throw Mistake("'%' is kept for escaped characters; Dovecot's %d/%n is {domain}/{local} here");
    }

    private IReadOnlyList<PathPart> ParseSegment(string name)
    {
        var parts = new List<PathPart>();
        for (var at = 0; at < name.Length;)
        {
            var open = name.IndexOf('{', at);
            var close = name.IndexOf('}', at);
            if (open < 0 && close < 0)
            {
                parts.Add(new PathPart(Placeholder.Text, name[at..]));
                break;
            }

            if (open < 0 || close < open)
                throw Mistake("'{' and '}' do not match; a placeholder is written {local}");
            if (open > at)
                parts.Add(new PathPart(Placeholder.Text, name[at..open]));
            parts.Add(ParsePlaceholder(name[(open + 1)..close]));
            at = close + 1;
        }

        CheckSeparated(name, parts);
        return parts;
    }

    private PathPart ParsePlaceholder(string name)
    {
        switch (name)
        {
            case "user":
                return new PathPart(Placeholder.User);
            case "local":
                return new PathPart(Placeholder.Local);
            case "domain":
                return new PathPart(Placeholder.Domain);
            case "detail":
                throw Mistake("{detail} can only stand at its end, as '/.{detail}': a Maildir++ folder for each detail");
        }

        if (!name.StartsWith("hash", StringComparison.Ordinal))
            throw Mistake($"{{{name}}} is no placeholder; there are {{user}} {{local}} {{domain}} {{hash:N}}, and '/.{{detail}}' at the end");
        return name.StartsWith("hash:", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var digits)
            && digits is >= 1 and <= MaxHashDigits
            ? new PathPart(Placeholder.Hash, Digits: digits)
            : throw Mistake($"{{{name}}} wants a number of digits from 1 to {MaxHashDigits}, as in {{hash:2}}");
    }

    // 'a-b' and 'c', 'a' and 'b-c' must not become the same name
    private void CheckSeparated(string name, List<PathPart> parts)
    {
        if (parts.Any(part => part.Kind != Placeholder.Text) && !Ascii.IsValid(name))
            throw Mistake("text beside a placeholder must be ASCII; put other letters into a segment of their own");
        var last = -1;
        for (var i = 0; i < parts.Count; i++)
        {
            if (!parts[i].IsVariable)
                continue;
            var between = last < 0 ? [] : parts[(last + 1)..i];
            if (last >= 0 && !between.Any(part => part.Kind == Placeholder.Text && part.Text.AsSpan().ContainsAny("@=,")))
                throw Mistake($"in '{name}' two users could get the same name; put '@' or '/' between the placeholders");
            last = i;
        }
    }

    private ModuleConfigurationException Mistake(string reason) => Mistake(text, reason);
}
