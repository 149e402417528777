using System.Text.RegularExpressions;

namespace MailStore.Plugins.Tests.Maildir;

/// <summary>Reads what strace wrote.</summary>
internal static partial class StraceLines
{
    private const string Unfinished = " <unfinished ...>";

    private static readonly string[] Watched =
    [
        "openat", "creat", "write", "writev", "pwrite64", "pwritev", "fsync", "fdatasync", "sync_file_range", "utimensat", "close", "fchown", "fchmod",
        "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir",
    ];

    /// <summary>Puts calls together again that strace broke in two because another thread's came between.</summary>
    public static IReadOnlyList<string> Whole(string[] lines)
    {
        var whole = new List<string>();
        var begun = new Dictionary<string, string>();
        foreach (var line in lines)
        {
            var thread = line.Split(' ')[0];
            if (line.EndsWith(Unfinished, StringComparison.Ordinal))
                begun[thread] = line[..^Unfinished.Length];
            else if (ResumedPattern().Match(line) is { Success: true } resumed && begun.Remove(thread, out var head))
                whole.Add(head + resumed.Groups[1].Value);
            else
                whole.Add(line);
        }

        return whole;
    }

    /// <summary>
    /// Tells a call on a mailbox shortly: <c>123 fsync(45&lt;/base/data/mail/example.org/alice/new&gt;) = 0</c> is <c>fsync HOME/new</c>. Null for one that does not concern
    /// it, or that failed.
    /// </summary>
    public static string? Shape(string line, MaildirWorld world)
    {
        if (line.Contains("/data/delivered\"", StringComparison.Ordinal))
            return "delivered";
        var match = CallPattern().Match(line);
        if (!match.Success || !Watched.Contains(match.Groups[1].Value))
            return null;
        var (call, arguments) = (match.Groups[1].Value, match.Groups[2].Value);
        var paths = PathPattern().Matches(arguments).Select(path => PathOf(path, world)).ToList();
        if (!paths.Exists(path => path.StartsWith("HOME", StringComparison.Ordinal) || path.StartsWith("NEWHOME", StringComparison.Ordinal) || path.StartsWith("DATA", StringComparison.Ordinal)))
            return null;
        var isCreation = arguments.Contains("O_CREAT", StringComparison.Ordinal);
        // of what is opened, what is made counts; of what is closed, mails
        if ((call == "openat" && !isCreation) || (call == "close" && !paths[0].EndsWith("/MAIL", StringComparison.Ordinal)))
            return null;
        var extra = call switch
        {
            "openat" => arguments.Contains("O_CREAT|O_EXCL", StringComparison.Ordinal) ? $" O_CREAT|O_EXCL {arguments[(arguments.LastIndexOf(' ') + 1)..]}" : " not exclusive",
            "renameat2" => $" {arguments[(arguments.LastIndexOf(' ') + 1)..]}",
            _ => "",
        };
        return $"{call} {string.Join(' ', paths)}{extra}";
    }

    /// <summary>Puts short names for those that no test can know.</summary>
    public static string Shorten(string text) => MailPattern().Replace(NewHomePattern().Replace(text, "NEWHOME"), "MAIL");

    private static string PathOf(Match match, MaildirWorld world)
    {
        var (directory, name) = (match.Groups[1].Value, match.Groups[2].Value);
        var path = name.StartsWith('/') ? name : name.Length > 0 ? $"{directory}/{name}" : directory;
        return Shorten(path).Replace(world.AliceHome, "HOME", StringComparison.Ordinal).Replace($"{world.Data}/mail/example.org/NEWHOME", "NEWHOME", StringComparison.Ordinal)
            .Replace(world.Data, "DATA", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\d+\s+(\w+)\((.*)\)\s+=\s+(?!-1)\d+")]
    private static partial Regex CallPattern();

    [GeneratedRegex(@"<\.\.\. \w+ resumed>(.*)$")]
    private static partial Regex ResumedPattern();

    // 45</directory>, "name" or 45</file>
    [GeneratedRegex(@"(?:\d+|AT_FDCWD)<([^>]*)>(?:, ""([^""]*)"")?")]
    private static partial Regex PathPattern();

    [GeneratedRegex(@"\d+\.M\d+(?:P\d+Q|I)[^/: ]+")]
    private static partial Regex MailPattern();

    [GeneratedRegex(@"\.mailstore-new-[0-9a-f]+")]
    private static partial Regex NewHomePattern();
}
