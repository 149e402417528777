using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MailStore.Mbox.Locks;
using MailStore.Sdk;

namespace MailStore.Mbox.Paths;

/// <summary>
/// Where mbox files are: <c>mbox/{domain}/{local}</c>. The part before the first segment with a placeholder is the <see cref="Root"/>, which is never made
/// on delivery. A template without placeholders is one very file; its root is the directory above.
/// </summary>
internal sealed partial class MboxTemplate
{
    private const int MaxText = 40;

    private readonly string[] _segments;

    private MboxTemplate(string text, string root, string[] segments)
    {
        Text = text;
        Root = root;
        _segments = segments;
        IsLiteral = !segments.Any(HasPlaceholder);
        NamesUser = segments.Any(segment => segment.Contains("{user}", StringComparison.Ordinal) || segment.Contains("{local}", StringComparison.Ordinal));
    }

    /// <summary>As the administrator wrote it.</summary>
    public string Text { get; }

    /// <summary>The absolute path of the directory below which all files of this template lie.</summary>
    public string Root { get; }

    /// <summary>How many directories below the root the files are, and themselves.</summary>
    public int Depth => _segments.Length;

    /// <summary>Whether it is one very file.</summary>
    public bool IsLiteral { get; }

    /// <summary>Whether it names a file of each user's own: has <c>{user}</c> or <c>{local}</c>.</summary>
    public bool NamesUser { get; }

    /// <exception cref="ModuleConfigurationException">It has a mistake; the message says which, and what to write.</exception>
    public static MboxTemplate Parse(string text, ModuleContext context)
    {
        if (text.Any(char.IsControl))
            throw Mistake(text, "it holds a control character; remove it");
        var names = text.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0)
            throw Mistake(text, "it is empty; write for example 'mbox/{domain}/{local}'");
        var isTemplate = names.Any(HasPlaceholder);
        foreach (var name in names)
            CheckName(text, name, isTemplate);
        if (names[^1].EndsWith(DotLock.Extension, StringComparison.OrdinalIgnoreCase))
            throw Mistake(text, "'.lock' at its end is kept for lock files; choose another name");

        var literals = names.TakeWhile(name => !HasPlaceholder(name)).Count();
        if (literals == names.Length)
            literals--;
        var isAbsolute = text.StartsWith('/');
        if (literals == 0 && (isAbsolute || HasPlaceholder(names[0])))
            throw Mistake(text, "it must begin with a directory of its own, as in 'mbox/{domain}/{local}'");
        var head = string.Join('/', names.Take(literals));
        var root = isAbsolute ? context.ResolvePath("/" + head) : context.ResolvePath(head.Length == 0 ? "." : head);
        return new MboxTemplate(text, root.TrimEnd('/'), [.. names.Skip(literals)]);
    }

    /// <summary>The user's file: an absolute path below <see cref="Root"/>.</summary>
    public string Expand(EffectiveUser user)
    {
        var path = Root;
        foreach (var segment in _segments)
            path = $"{path}/{(IsLiteral ? segment : PlaceholderPattern().Replace(segment, match => Value(match.Groups[1].Value, user)))}";

        // cannot be, by the escaping; but this is the line that nothing from outside may cross
        return path.StartsWith(Root + "/", StringComparison.Ordinal) && Path.GetFullPath(path) == path
            ? path
            : throw Mistake(Text, $"it leads out of {Root} for user '{NameEscape.User(user.Name)}'");
    }

    public static ModuleConfigurationException Mistake(string text, string reason) => new($"the path '{text}' cannot be used: {reason}");

    private static string Value(string placeholder, EffectiveUser user) => placeholder switch
    {
        "user" => NameEscape.User(user.Name),
        "local" => NameEscape.Part(user.LocalPart),
        "domain" => user.Name.Contains('@') ? NameEscape.Part(user.Domain) : NameEscape.None,
        _ => NameEscape.Hash(NameEscape.User(user.Name), int.Parse(placeholder.AsSpan("hash:".Length), CultureInfo.InvariantCulture)),
    };

    private static void CheckName(string text, string name, bool isTemplate)
    {
        if (name is "." or "..")
            throw Mistake(text, "a segment is '.' or '..'; write the path without");
        if (name[0] == '~' || (isTemplate && name.Contains('~')))
            throw Mistake(text, "'~' is not expanded, and is kept for places of users who were added again ('alice~3'); write the whole path");
        if (!HasPlaceholder(name))
        {
            if (Encoding.UTF8.GetByteCount(name) > 160)
                throw Mistake(text, "a segment is longer than 160 bytes; shorten it");
            return;
        }

        var rest = PlaceholderPattern().Replace(name, "");
        if (rest.IndexOfAny(['{', '}']) >= 0)
            throw Mistake(text, "there are the placeholders {user} {local} {domain} and {hash:N} with N from 1 to 16");
        if (rest.Contains('%') || !Ascii.IsValid(rest) || rest.Length > MaxText)
            throw Mistake(text, $"the text beside a placeholder must be ASCII without '%', {MaxText} characters at most");
        if (name[0] == '.')
            throw Mistake(text, "a leading dot is kept for what MailStore keeps beside mbox files; remove it");
        // 'a-b' and 'c', 'a' and 'b-c' must not become the same name
        if (PlaceholderPattern().Count(name) > 1)
            throw Mistake(text, $"in '{name}' two users could get the same file; put '/' between the placeholders, or write {{user}}");
    }

    private static bool HasPlaceholder(string name) => name.AsSpan().ContainsAny('{', '}');

    [GeneratedRegex(@"\{(user|local|domain|hash:(?:[1-9]|1[0-6]))\}")]
    private static partial Regex PlaceholderPattern();
}
