namespace MailStore.Host.Configuration;

/// <summary>One table of the configuration file, with the place of each of its keys.</summary>
/// <param name="Title">As in the file, for messages: <c>[mda.maildir]</c>; empty for the top level.</param>
internal sealed record ConfigTable(string Title, string File, int Line, int Column)
{
    /// <summary>In the order of the file; keys are unique (a duplicate is a mistake of the file).</summary>
    public List<ConfigEntry> Entries { get; } = [];

    public ConfigEntry? Find(string key) => Entries.Find(entry => entry.Key == key);

    public Mistake Mistake(string message) => new(File, Line, Column, message);
}
