using System.Text.Json;

namespace MailStore.Probes;

/// <summary>One line of the journal: what a write did.</summary>
internal sealed record Entry(string Do, string Name)
{
    public long Version { get; init; }

    public Dictionary<string, string>? Settings { get; init; }

    public string[]? Allocation { get; init; }

    public Dictionary<string, string>? Values { get; init; }

    public string? Owner { get; init; }

    public DateTimeOffset Expires { get; init; }

    public static Entry Parse(string line) => JsonSerializer.Deserialize<Entry>(line)!;

    public override string ToString() => JsonSerializer.Serialize(this);
}
