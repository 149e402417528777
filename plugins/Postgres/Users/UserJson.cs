using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using MailStore.Sdk;

namespace MailStore.Postgres.Users;

/// <summary>Settings and allocation as they stand in columns of type jsonb, where an administrator can ask for them in SQL.</summary>
internal static class UserJson
{
    public static string Of(ImmutableSortedDictionary<string, string> pairs) => Write(writer => WritePairs(writer, pairs));

    public static string? Of(Allocation? allocation) => allocation is null ? null : Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("id", allocation.Id);
        writer.WriteString("mda", allocation.Mda);
        writer.WriteNumber("form", allocation.Form);
        writer.WritePropertyName("values");
        WritePairs(writer, allocation.Values);
        writer.WriteEndObject();
    });

    /// <exception cref="FormatException">Somebody wrote it by hand, and not as it must be.</exception>
    public static ImmutableSortedDictionary<string, string> ToPairs(string json)
    {
        using var document = JsonDocument.Parse(json);
        return ToPairs(document.RootElement);
    }

    /// <exception cref="FormatException">Somebody wrote it by hand, and not as it must be.</exception>
    public static Allocation ToAllocation(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.String
            || !root.TryGetProperty("mda", out var mda) || mda.ValueKind != JsonValueKind.String
            || !root.TryGetProperty("form", out var form) || !form.TryGetInt32(out var number)
            || !root.TryGetProperty("values", out var values))
        {
            throw new FormatException("an allocation is an object with id, mda, form and values");
        }

        return new Allocation { Id = id.GetString()!, Mda = mda.GetString()!, Form = number, Values = ToPairs(values) };
    }

    private static ImmutableSortedDictionary<string, string> ToPairs(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new FormatException("settings and values are objects");
        var pairs = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var pair in element.EnumerateObject())
        {
            // a number or true, as a hand would write it, is taken as its text
            pairs[pair.Name] = pair.Value.ValueKind switch
            {
                JsonValueKind.String => pair.Value.GetString()!,
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => pair.Value.GetRawText(),
                _ => throw new FormatException($"the value of '{pair.Name}' is no text"),
            };
        }

        return pairs.ToImmutable();
    }

    private static void WritePairs(Utf8JsonWriter writer, ImmutableSortedDictionary<string, string> pairs)
    {
        writer.WriteStartObject();
        foreach (var (key, value) in pairs)
            writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            write(writer);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
