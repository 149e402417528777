using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MailStore.Sdk.Conformance;

/// <summary>
/// One line between the kit and the other process: JSON, as <c>{"id":3,"call":"find","name":"alice@example.org"}</c>, answered by
/// <c>{"id":3,"user":{…}}</c>. Many calls may be under way; each is answered when it is done. Lines that are something else, such as a log's, are passed over.
/// </summary>
/// <remarks>
/// Calls: <c>hello</c>, <c>find name</c>, <c>add|replace|remove user</c>, <c>next name</c>, <c>lock name</c> (answered by the number of the lock), <c>unlock number</c>,
/// <c>lost number</c> (answered when that lock's Lost is cancelled), <c>cancel number</c> (of the call with that id).
/// </remarks>
internal sealed record PeerLine(long Id)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = JavaScriptEncoder.Default,
    };

    public string? Call { get; init; }

    public string? Name { get; init; }

    public PeerUser? User { get; init; }

    public long Number { get; init; }

    /// <summary>What the call threw; then all else is empty.</summary>
    public string? Fault { get; init; }

    public static PeerLine? TryParse(string line)
    {
        try
        {
            return line.StartsWith("{\"id\":", StringComparison.Ordinal) ? JsonSerializer.Deserialize<PeerLine>(line, Json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public override string ToString() => JsonSerializer.Serialize(this, Json);
}
