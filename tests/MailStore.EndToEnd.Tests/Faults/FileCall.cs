using System.Globalization;
using System.Text.RegularExpressions;

namespace MailStore.EndToEnd.Tests.Faults;

/// <summary>A system call on a file, as the library logs it.</summary>
/// <param name="Kind">What it does, whatever its name: <c>write</c> for writev, too.</param>
/// <param name="Path">Of the file; of a rename, the new one.</param>
/// <param name="Error">The errno that it was made to fail with; 0 if it was let through.</param>
internal sealed partial record FileCall(string Kind, string Path, int Error = 0)
{
    public static FileCall Parse(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        var mark = line.LastIndexOf(" !", StringComparison.Ordinal);
        return mark < 0
            ? new FileCall(line[..space], line[(space + 1)..])
            : new FileCall(line[..space], line[(space + 1)..mark], int.Parse(line.AsSpan(mark + 2), NumberStyles.None, CultureInfo.InvariantCulture));
    }

    /// <summary>The same call of another user's delivery: what is by chance in its path is <c>*</c>, his name <c>{user}</c>.</summary>
    public FileCall ShapeFor(string user) => new(Kind, Chance().Replace(Path.Replace(user, "{user}", StringComparison.Ordinal), "*"), Error);

    public override string ToString() => Error == 0 ? $"{Kind} {Path}" : $"{Kind} {Path} !{Error}";

    // names of mails, of attempts, of spool files
    [GeneratedRegex(@"\d+\.M\d+P\d+Q[^/* ]+|[0-9a-f]{32}|\d{14,}")]
    private static partial Regex Chance();
}
