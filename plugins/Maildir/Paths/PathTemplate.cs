using MailStore.Sdk;

namespace MailStore.Maildir.Paths;

/// <summary>
/// Where Maildirs are: <c>mail/{domain}/{local}</c>. The part before the first segment with a placeholder is the <see cref="Root"/>, which is never
/// made on delivery. A template without placeholders is one very place; its root is the directory above.
/// </summary>
internal sealed class PathTemplate
{
    private readonly IReadOnlyList<IReadOnlyList<PathPart>> _segments;

    private PathTemplate(string text, string root, IReadOnlyList<IReadOnlyList<PathPart>> segments, bool hasDetailFolder)
    {
        Text = text;
        Root = root;
        _segments = segments;
        HasDetailFolder = hasDetailFolder;
        IsLiteral = segments.All(segment => segment.All(part => part.Kind == Placeholder.Text));
        NamesUser = segments.Any(segment => segment.Any(part => part.Kind is Placeholder.User or Placeholder.Local));
    }

    /// <summary>As the administrator wrote it.</summary>
    public string Text { get; }

    /// <summary>The absolute path of the directory below which all places of this template lie.</summary>
    public string Root { get; }

    /// <summary>How many directories deep below <see cref="Root"/> its places lie.</summary>
    public int Depth => _segments.Count;

    /// <summary>Whether it ends in <c>/.{detail}</c>: mail for <c>alice+lists</c> goes to the folder <c>lists</c>.</summary>
    public bool HasDetailFolder { get; }

    /// <summary>Whether it is one very place.</summary>
    public bool IsLiteral { get; }

    /// <summary>Whether it names a place of each user's own: has <c>{user}</c> or <c>{local}</c>.</summary>
    public bool NamesUser { get; }

    /// <summary>Reads a template.</summary>
    /// <exception cref="ModuleConfigurationException">It has a mistake; the message says which, and what to write.</exception>
    public static PathTemplate Parse(string text, ModuleContext context)
    {
        var segments = new PathTemplateParser(text).Parse(out var hasDetailFolder);
        var literals = segments.TakeWhile(segment => segment.All(part => part.Kind == Placeholder.Text)).Count();
        if (literals == segments.Count)
            literals--;
        var head = string.Join('/', segments.Take(literals).Select(segment => segment[0].Text));
        var isAbsolute = text.StartsWith('/');
        if (literals == 0 && (isAbsolute || segments[0].Any(part => part.Kind != Placeholder.Text)))
            throw PathTemplateParser.Mistake(text, "it must begin with a directory of its own, as in 'mail/{domain}/{local}'");
        var root = context.ResolvePath(isAbsolute ? "/" + head : head).TrimEnd('/');
        return new PathTemplate(text, root, [.. segments.Skip(literals)], hasDetailFolder);
    }

    /// <summary>The user's place: an absolute path below <see cref="Root"/>.</summary>
    public string Expand(EffectiveUser user)
    {
        var path = Root;
        foreach (var segment in _segments)
        {
            var name = string.Concat(segment.Select(part => part.Expand(user)));
            path = $"{path}/{(IsLiteral ? name : NameEscape.Fit(name))}";
        }

        // cannot be, by the escaping; but this is the line that nothing from outside may cross
        return path.StartsWith(Root + "/", StringComparison.Ordinal) && Path.GetFullPath(path) == path
            ? path
            : throw new ModuleConfigurationException($"the path '{Text}' leads out of {Root} for user '{NameEscape.EscapeUser(user.Name)}'; choose another one");
    }
}
