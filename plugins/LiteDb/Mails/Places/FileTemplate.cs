using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MailStore.Sdk;

namespace MailStore.LiteDb.Mails.Places;

/// <summary>
/// Where mail files are: <c>litedb/{domain}/{local}.db</c>. The part before the first segment with a placeholder is the <see cref="Root"/>, which is never made
/// on delivery. A template without placeholders is one very file; its root is the directory above.
/// </summary>
internal sealed partial class FileTemplate
{
    private const string Extension = ".db";
    private const int MaxText = 40;

    private readonly string[] _segments;

    private FileTemplate(string text, string root, string[] segments)
    {
        Text = text;
        Root = root;
        _segments = segments;
        IsLiteral = !segments.Any(HasPlaceholder);
    }

    /// <summary>As the administrator wrote it.</summary>
    public string Text { get; }

    /// <summary>The absolute path of the directory below which all files of this template lie.</summary>
    public string Root { get; }

    /// <summary>Whether it is one very file.</summary>
    public bool IsLiteral { get; }

    /// <summary>That file.</summary>
    public string LiteralFile => IsLiteral ? $"{Root}/{_segments[0]}" : throw new InvalidOperationException($"the path '{Text}' names many files");

    /// <summary>How many directories deep below <see cref="Root"/> its files lie.</summary>
    public int Depth => _segments.Length;

    /// <exception cref="ModuleConfigurationException">It has a mistake; the message says which, and what to write.</exception>
    public static FileTemplate Parse(string text, ModuleContext context)
    {
        if (text.Any(char.IsControl))
            throw Mistake(text, "it holds a control character; remove it");
        var names = text.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0 || names[^1].Length <= Extension.Length || !names[^1].EndsWith(Extension, StringComparison.Ordinal))
            throw Mistake(text, "it must end in .db, as in 'litedb/{domain}/{local}.db' or 'mails.db'");
        foreach (var name in names)
            CheckName(text, name);

        var literals = names.TakeWhile(name => !HasPlaceholder(name)).Count();
        if (literals == names.Length)
            literals--;
        var isAbsolute = text.StartsWith('/');
        if (literals == 0 && (isAbsolute || HasPlaceholder(names[0])))
            throw Mistake(text, "it must begin with a directory of its own, as in 'litedb/{domain}/{local}.db'");
        var head = string.Join('/', names.Take(literals));
        var root = isAbsolute ? context.ResolvePath("/" + head) : context.ResolvePath(head.Length == 0 ? "." : head);
        return new FileTemplate(text, root.TrimEnd('/'), [.. names.Skip(literals)]);
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
            : throw new ModuleConfigurationException($"the path '{Text}' leads out of {Root} for user '{FileNameEscape.User(user.Name)}'; choose another one");
    }

    private static string Value(string placeholder, EffectiveUser user) => placeholder switch
    {
        "user" => FileNameEscape.User(user.Name),
        "local" => FileNameEscape.Part(user.LocalPart),
        "domain" => user.Name.Contains('@') ? FileNameEscape.Part(user.Domain) : FileNameEscape.None,
        _ => FileNameEscape.Hash(FileNameEscape.User(user.Name), int.Parse(placeholder.AsSpan("hash:".Length), CultureInfo.InvariantCulture)),
    };

    private static void CheckName(string text, string name)
    {
        if (name is "." or "..")
            throw Mistake(text, "a segment is '.' or '..'; write the path without");
        if (name[0] == '~')
            throw Mistake(text, "'~' is not expanded; write the whole path");
        if (!HasPlaceholder(name))
        {
            if (Encoding.UTF8.GetByteCount(name) > 200)
                throw Mistake(text, "a segment is longer than 200 bytes; shorten it");
            return;
        }

        var rest = PlaceholderPattern().Replace(name, "");
        if (rest.IndexOfAny(['{', '}']) >= 0)
            throw Mistake(text, "there are the placeholders {user} {local} {domain} and {hash:N} with N from 1 to 16");
        if (rest.Contains('%') || !Ascii.IsValid(rest) || rest.Length > MaxText)
            throw Mistake(text, $"the text beside a placeholder must be ASCII without '%', {MaxText} characters at most");
        // 'a-b' and 'c', 'a' and 'b-c' must not become the same name
        if (PlaceholderPattern().Count(name) > 1)
            throw Mistake(text, $"in '{name}' two users could get the same file; put '/' between the placeholders, or write {{user}}");
    }

    private static bool HasPlaceholder(string name) => name.AsSpan().ContainsAny('{', '}');

    private static ModuleConfigurationException Mistake(string text, string reason) => new($"the path '{text}' cannot be used: {reason}");

    [GeneratedRegex(@"\{(user|local|domain|hash:(?:[1-9]|1[0-6]))\}")]
    private static partial Regex PlaceholderPattern();
}
