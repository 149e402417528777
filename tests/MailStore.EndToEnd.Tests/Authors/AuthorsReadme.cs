using System.Text.RegularExpressions;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Authors;

/// <summary>The parts of sdk/README.md that a reader follows with his hands on the keyboard.</summary>
internal sealed partial class AuthorsReadme
{
    // a block that is written to a file comes right after a line that ends in its name, or that says what to do with it
    private const string File = @"`(?<file>[\w./-]+)`(, [\w ]+)?:";

    private readonly List<Match> _blocks;

    public AuthorsReadme(params string[] sections)
    {
        var text = System.IO.File.ReadAllText(Path.Combine(RepositoryRoot.Path, "sdk", "README.md"));
        _blocks = [.. sections.SelectMany(section => Block().Matches(Section(text, section)))];
    }

    /// <summary>Every line that the reader writes in C#, blank ones and comments too.</summary>
    public int CSharpLines => _blocks.Where(IsFile).Where(block => block.Groups["language"].Value == "csharp").Sum(block => block.Groups["content"].Value.Count(c => c == '\n'));

    /// <summary>The whole of it as one script: commands as they stand, and files written where the reader stands by then.</summary>
    public string Script => string.Concat(_blocks.Where(block => IsFile(block) || block.Groups["language"].Value == "sh").Select(block =>
        IsFile(block) ? $"cat > {block.Groups["file"].Value} <<'END OF FILE'\n{block.Groups["content"].Value}END OF FILE\n" : block.Groups["content"].Value));

    private static bool IsFile(Match block) => block.Groups["file"].Success;

    private static string Section(string text, string title)
    {
        var start = text.IndexOf($"\n## {title}", StringComparison.Ordinal);
        Assert.True(start >= 0, $"sdk/README.md has no section '{title}'");
        var end = text.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        return end < 0 ? text[start..] : text[start..end];
    }

    [GeneratedRegex($@"({File}\n\n)?^```(?<language>\w+)\n(?<content>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
