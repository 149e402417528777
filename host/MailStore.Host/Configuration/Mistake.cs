namespace MailStore.Host.Configuration;

/// <summary>One mistake in the configuration, told as <c>mailstore.toml(12,3): unknown key …</c>.</summary>
/// <param name="File">The file as the administrator named it; empty where the mistake is in no file.</param>
/// <param name="Line">From 1; 0 where there is none.</param>
/// <param name="Column">From 1; 0 where there is none.</param>
/// <param name="Message">What is wrong and what to do.</param>
internal sealed record Mistake(string File, int Line, int Column, string Message)
{
    /// <summary>In the order of the file, each once: the order in which an administrator mends them.</summary>
    public static IReadOnlyList<Mistake> Sorted(IEnumerable<Mistake> mistakes) =>
    [
        .. mistakes.Distinct()
            .OrderBy(mistake => mistake.File, StringComparer.Ordinal)
            .ThenBy(mistake => mistake.Line)
            .ThenBy(mistake => mistake.Column),
    ];

    public override string ToString() =>
        File.Length == 0 ? Message : Line == 0 ? $"{File}: {Message}" : $"{File}({Line},{Column}): {Message}";
}
