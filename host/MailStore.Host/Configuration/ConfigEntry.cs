namespace MailStore.Host.Configuration;

/// <summary>One key of a table and its value.</summary>
/// <param name="Value">
/// <see cref="string"/>, <see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, a list of these (<c>IReadOnlyList&lt;object&gt;</c>),
/// a <see cref="ConfigTable"/>, or <see cref="UnreadableValue"/>, where the file has a mistake that was told already.
/// </param>
internal sealed record ConfigEntry(string Key, object Value, string File, int Line, int Column)
{
    public Mistake Mistake(string message) => new(File, Line, Column, message);
}
