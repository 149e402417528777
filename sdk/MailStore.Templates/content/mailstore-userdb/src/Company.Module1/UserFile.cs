using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MailStore.Sdk;

namespace Company.Module1;

/// <summary>What stands in the file of a user. It stays when the user is removed, so that his versions are never given again.</summary>
/// <param name="Version">The last one that was given.</param>
/// <param name="User">The record; null once it was removed.</param>
internal sealed record UserFile(long Version, UserRecord? User)
{
    private const string Suffix = ".json";
    private const int LongestName = 150;

    private static readonly JsonSerializerOptions Form = new() { WriteIndented = true, Converters = { new OrdinalDictionary() } };

    public static UserFile? Read(string root, string name) => ReadFile(PathOf(root, name));

    /// <summary>The names of all users that start so, in ordinal order.</summary>
    public static List<string> Names(string root, string prefix, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        foreach (var path in Directory.EnumerateFiles(root, "*" + Suffix))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (ReadFile(path)?.User is { } user && user.Name.StartsWith(prefix, StringComparison.Ordinal))
                names.Add(user.Name);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>Replaces the file in one step that survives a power cut. Called under the lock.</summary>
    public void Write(string root, string name)
    {
        var path = PathOf(root, name);
        var partial = path + ".part";
        using (var file = File.Create(partial))
        {
            JsonSerializer.Serialize(file, this, Form);
            Disk.Sync(file);
        }

        File.Move(partial, path, overwrite: true);
        Disk.Sync(root);
    }

    private static UserFile? ReadFile(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize<UserFile>(file, Form);
        }
        catch (FileNotFoundException)
        {
            return null; // but where the directory is gone, nobody knows whether there is such a user
        }
        catch (JsonException e)
        {
            throw new TemporaryFailureException($"the record '{path}' is damaged: {e.Message}; restore it from a backup", e);
        }
    }

    /// <summary>Names come from outside: no '/' is left of one, and no more than fits into a file name; a long one is told by its hash.</summary>
    private static string PathOf(string root, string name)
    {
        var escaped = Uri.EscapeDataString(name);
        if (escaped.Length > LongestName)
            escaped = $"{escaped[..LongestName]}={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))}";
        return Path.Combine(root, escaped + Suffix);
    }

    private sealed class OrdinalDictionary : JsonConverter<ImmutableSortedDictionary<string, string>>
    {
        public override ImmutableSortedDictionary<string, string> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<Dictionary<string, string>>(ref reader)!.ToImmutableSortedDictionary(StringComparer.Ordinal);

        public override void Write(Utf8JsonWriter writer, ImmutableSortedDictionary<string, string> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.ToDictionary());
    }
}
