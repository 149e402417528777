using System.Globalization;

namespace MailStore.Sdk.Conformance;

/// <summary>Everything below a directory, with sizes and times of change: to see whether anything was touched.</summary>
internal static class DirectoryState
{
    public static IReadOnlyList<string> Of(string path, Func<string, bool>? isLeftOut = null) =>
        [.. Entries(path, isLeftOut ?? (static _ => false)).Order(StringComparer.Ordinal)];

    /// <returns>The first thing that differs, in words; null if nothing does.</returns>
    public static string? FindChange(IReadOnlyList<string> before, IReadOnlyList<string> after) =>
        after.Except(before).FirstOrDefault() is { } made ? $"there is {made} now"
        : before.Except(after).FirstOrDefault() is { } gone ? $"there is no {gone} any more"
        : null;

    private static IEnumerable<string> Entries(string path, Func<string, bool> isLeftOut)
    {
        foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos())
        {
            if (isLeftOut(entry.FullName))
                continue;
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{entry.FullName} ({(entry is FileInfo file ? $"{file.Length} bytes" : "a directory")}, changed {entry.LastWriteTimeUtc:HH:mm:ss.fffffff})");
            if (entry is not DirectoryInfo { LinkTarget: null } directory)
                continue;
            foreach (var below in Entries(directory.FullName, isLeftOut))
                yield return below;
        }
    }
}
